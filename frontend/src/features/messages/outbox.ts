import type { EventFrame } from "@/lib/frames";

/** A message of mine that the server has not confirmed. `failed`: it said no, or nothing for too long. */
export interface OutboxEntry {
  readonly clientId: string;
  readonly conversationId: string;
  readonly text: string;
  readonly replyTo: string | null;
  /** Its files, by the ids of their uploads. It goes out when they all are stored. */
  readonly uploads: readonly string[];
  readonly queuedAt: string;
  readonly state: "waiting" | "failed";
  readonly error: { code: string; requestId: string | null } | null;
}

/** In the order of writing. */
export type OutboxState = readonly OutboxEntry[];

export const NO_OUTBOX: OutboxState = [];

export function queued(state: OutboxState, entry: OutboxEntry): OutboxState {
  return state.some((one) => one.clientId === entry.clientId) ? state : [...state, entry];
}

export function confirmed(state: OutboxState, clientId: string): OutboxState {
  return state.some((one) => one.clientId === clientId)
    ? state.filter((one) => one.clientId !== clientId)
    : state;
}

export const deleted = confirmed;

export function failed(state: OutboxState, clientId: string, error: OutboxEntry["error"]): OutboxState {
  return change(state, (one) => one.clientId === clientId, { state: "failed", error });
}

/** What stands behind a message that was given up must not overtake it. */
export function conversationFailed(
  state: OutboxState,
  conversationId: string,
  error: OutboxEntry["error"],
): OutboxState {
  const stuck = (one: OutboxEntry) => one.conversationId === conversationId && one.state === "waiting";
  return change(state, stuck, { state: "failed", error });
}

export function retried(state: OutboxState, clientIds: readonly string[]): OutboxState {
  return change(state, (one) => clientIds.includes(one.clientId), { state: "waiting", error: null });
}

export function outboxOnEvent(state: OutboxState, frame: EventFrame, me: string): OutboxState {
  return frame.event === "message.sent" && frame.data.sender_id === me
    ? confirmed(state, frame.data.client_id)
    : state;
}

export const waiting = (state: OutboxState): OutboxEntry[] => state.filter((one) => one.state === "waiting");

export const unsent = (state: OutboxState): OutboxEntry[] => state.filter((one) => one.state === "failed");

export const ofConversation = (state: OutboxState, id: string): OutboxEntry[] =>
  state.filter((one) => one.conversationId === id);

function change(
  state: OutboxState,
  matches: (one: OutboxEntry) => boolean,
  patch: Partial<OutboxEntry>,
): OutboxState {
  return state.some(matches) ? state.map((one) => (matches(one) ? { ...one, ...patch } : one)) : state;
}
