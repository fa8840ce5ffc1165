// Gathers the ids that the page wants names for and asks for them together.

import { dispatch, getChat } from "@/app/store";
import type { Reply, RequestData } from "@/lib/frames";

type Ask = (data: RequestData<"user.list">) => Promise<Reply<"user.list">>;

const GATHER_MS = 15;
/** Ids that one `user.list` takes (contracts/user.py). */
const MOST_IDS = 200;

let wanted = new Set<string>();
const asked = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

export function forgetPeople(): void {
  wanted.clear();
  asked.clear();
  clearTimeout(timer);
  timer = undefined;
}

/** Makes sure that these people are known, or soon are. Ids that nobody has stay unknown and are not asked for again. */
export function wantPeople(ids: Iterable<string>, ask: Ask): void {
  const { people } = getChat();
  for (const id of ids) if (!people[id] && !asked.has(id)) wanted.add(id);
  if (wanted.size > 0) timer ??= setTimeout(() => void fetchWanted(ask), GATHER_MS);
}

async function fetchWanted(ask: Ask): Promise<void> {
  timer = undefined;
  const ids = [...wanted].slice(0, MOST_IDS);
  wanted = new Set([...wanted].slice(MOST_IDS));
  for (const id of ids) asked.add(id);
  try {
    const { users } = await ask({ q: "", ids, cursor: null, limit: MOST_IDS });
    dispatch({ type: "people", users });
  } catch {
    for (const id of ids) asked.delete(id);
  }
  if (wanted.size > 0) timer ??= setTimeout(() => void fetchWanted(ask), GATHER_MS);
}
