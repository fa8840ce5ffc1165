import type { EventFrame, User } from "@/lib/frames";

export type PeopleState = Readonly<Record<string, User>>;

export const NO_PEOPLE: PeopleState = {};

/** Takes those that are new or newer than what is known. */
export function peopleLoaded(state: PeopleState, users: readonly User[]): PeopleState {
  const news = users.filter((user) => user.rev > (state[user.id]?.rev ?? -1));
  return news.length === 0 ? state : { ...state, ...Object.fromEntries(news.map((user) => [user.id, user])) };
}

/** Only people who matter here already: a large workspace's newcomers are asked for when they do. */
export function peopleOnEvent(state: PeopleState, frame: EventFrame): PeopleState {
  if (frame.event !== "user.updated" || !state[frame.data.user.id]) return state;
  return peopleLoaded(state, [frame.data.user]);
}
