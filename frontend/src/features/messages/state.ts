import type { EventFrame, Message, MessagePage } from "@/lib/frames";

/**
 * A stretch of one conversation. `items`: in order of `seq`, without a gap. `ahead`: messages that arrived before the
 * ones in front of them (the reply to an own send overtakes events; events overtake the first page).
 */
export interface Timeline {
  readonly items: readonly Message[];
  readonly ahead: readonly Message[];
  readonly moreBefore: boolean;
  readonly moreAfter: boolean;
}

export type TimelinesState = Readonly<Record<string, Timeline>>;

export const NO_TIMELINES: TimelinesState = {};

/** More than this waiting for what lies before them is a hole: it is loaded instead. */
const MOST_AHEAD = 300;

const lastSeq = (timeline: Timeline): number => timeline.items.at(-1)?.seq ?? 0;

/** Everything that a reader sees: the stretch, then what is known behind it. */
export const visible = (timeline: Timeline): readonly Message[] =>
  timeline.ahead.length === 0 || timeline.moreAfter ? timeline.items : [...timeline.items, ...timeline.ahead];

export function timelinesOnEvent(state: TimelinesState, frame: EventFrame, me: string): TimelinesState {
  if (frame.event === "message.sent") return messageArrived(state, frame.data);
  if (frame.event === "member.removed" && frame.data.user_id === me)
    return without(state, frame.data.conversation_id);
  return state;
}

/** An event's message, or the one in the reply to an own send, in either order and any number of times. */
export function messageArrived(state: TimelinesState, message: Message): TimelinesState {
  const timeline = state[message.conversation_id];
  if (!timeline || timeline.moreAfter || message.seq <= lastSeq(timeline)) return state;
  return put(state, message.conversation_id, settle({ ...timeline, ahead: insert(timeline.ahead, message) }));
}

/** The conversation was opened (or left its stretch for another place): this page replaces what was there. */
export function pageOpened(state: TimelinesState, id: string, page: MessagePage): TimelinesState {
  const ahead = state[id]?.ahead ?? [];
  return put(
    state,
    id,
    settle({ items: page.messages, ahead, moreBefore: page.more_before, moreAfter: page.more_after }),
  );
}

/** A page that was asked for before the first message of the stretch. */
export function pageBefore(state: TimelinesState, id: string, page: MessagePage): TimelinesState {
  const timeline = state[id];
  if (!timeline) return state;
  const first = timeline.items[0]?.seq ?? Number.POSITIVE_INFINITY;
  const older = page.messages.filter((message) => message.seq < first);
  return put(state, id, { ...timeline, items: [...older, ...timeline.items], moreBefore: page.more_before });
}

/** A page that was asked for after the last message of the stretch. */
export function pageAfter(state: TimelinesState, id: string, page: MessagePage): TimelinesState {
  const timeline = state[id];
  if (!timeline) return state;
  const newer = page.messages.filter((message) => message.seq > lastSeq(timeline));
  return put(
    state,
    id,
    settle({ ...timeline, items: [...timeline.items, ...newer], moreAfter: page.more_after }),
  );
}

/** Holds what arrives for a conversation whose first page is still on its way. */
export function opening(state: TimelinesState, id: string): TimelinesState {
  return put(state, id, { items: [], ahead: [], moreBefore: true, moreAfter: false });
}

/** After a snapshot: where the server is further than a stretch, its reader has to load what lies between. */
export function timelinesOnSnapshot(
  state: TimelinesState,
  conversations: ReadonlyArray<{ id: string; last_seq: number }>,
): TimelinesState {
  const last = new Map(conversations.map((one) => [one.id, one.last_seq]));
  const checked = Object.entries(state).map(([id, timeline]) => {
    const reached = visible(timeline).at(-1)?.seq ?? 0;
    const behind = timeline.items.length > 0 && (last.get(id) ?? Number.POSITIVE_INFINITY) > reached;
    return [id, behind ? { ...timeline, moreAfter: true, ahead: [] } : timeline] as const;
  });
  return Object.fromEntries(checked);
}

export const without = (state: TimelinesState, id: string): TimelinesState => {
  const { [id]: _dropped, ...rest } = state;
  return rest;
};

/** Messages of others behind `seq`; null when the stretch does not reach from there to the end. */
export function unreadBehind(timeline: Timeline | undefined, seq: number, me: string): number | null {
  if (!timeline || timeline.moreAfter) return null;
  const first = timeline.items[0]?.seq ?? Number.POSITIVE_INFINITY;
  if (first > seq + 1) return null;
  return visible(timeline).filter((message) => message.seq > seq && message.sender_id !== me).length;
}

const put = (state: TimelinesState, id: string, timeline: Timeline): TimelinesState => ({
  ...state,
  [id]: timeline,
});

function insert(ahead: readonly Message[], message: Message): readonly Message[] {
  if (ahead.some((one) => one.seq === message.seq)) return ahead;
  const behind = ahead.findIndex((one) => one.seq > message.seq);
  return behind === -1 ? [...ahead, message] : [...ahead.slice(0, behind), message, ...ahead.slice(behind)];
}

/** Moves what now follows without a gap from `ahead` into the stretch. */
function settle(timeline: Timeline): Timeline {
  const items = [...timeline.items];
  let next = (items.at(-1)?.seq ?? (timeline.moreBefore ? Number.NaN : 0)) + 1;
  const ahead: Message[] = [];
  for (const message of timeline.ahead) {
    if (message.seq === next) {
      items.push(message);
      next++;
    } else if (!(message.seq < next)) {
      ahead.push(message);
    }
  }
  if (ahead.length > MOST_AHEAD) return { ...timeline, items, ahead: [], moreAfter: true };
  return { ...timeline, items, ahead };
}
