import type { Conversation, EventFrame, Message } from "@/lib/frames";

/** `gone`: the `rev` at which I was removed; what is older about that conversation is not believed any more. */
export interface ConversationsState {
  readonly byId: Readonly<Record<string, Conversation>>;
  readonly gone: Readonly<Record<string, number>>;
}

export const NO_CONVERSATIONS: ConversationsState = { byId: {}, gone: {} };

/** Members of which a conversation carries the ids (contracts/message.py). */
const SHOWN_MEMBERS = 8;

export function fromSnapshot(conversations: readonly Conversation[]): ConversationsState {
  return { byId: Object.fromEntries(conversations.map((one) => [one.id, one])), gone: {} };
}

/** Takes what a reply told about one conversation; neither its rev nor its messages ever go back. */
export function conversationLoaded(state: ConversationsState, loaded: Conversation): ConversationsState {
  const known = state.byId[loaded.id];
  if ((state.gone[loaded.id] ?? -1) >= loaded.rev) return state;
  if (!known) return withConversation(state, loaded);
  const shape = loaded.rev > known.rev ? loaded : known;
  const talk = loaded.last_seq > known.last_seq ? loaded : known;
  return withConversation(state, {
    ...shape,
    last_seq: talk.last_seq,
    last_message: talk.last_message,
    active_at: talk.active_at,
    read_seq: Math.max(known.read_seq, loaded.read_seq),
    unread: talk.unread,
  });
}

export function conversationsOnEvent(
  state: ConversationsState,
  frame: EventFrame,
  me: string,
): ConversationsState {
  switch (frame.event) {
    case "conversation.created":
      return created(state, frame.data);
    case "conversation.updated":
      return change(state, frame.data.conversation_id, frame.data.rev, () => ({ title: frame.data.title }));
    case "conversation.read_moved":
      return frame.data.user_id === me
        ? readMoved(state, frame.data.conversation_id, frame.data.read_seq)
        : state;
    case "member.added":
      return memberAdded(state, frame.data);
    case "member.removed":
      return memberRemoved(state, frame.data, me);
    case "message.sent":
      return messageSent(state, frame.data, me);
    default:
      return state;
  }
}

type Body<Name extends EventFrame["event"]> = Extract<EventFrame, { event: Name }>["data"];

function withConversation(state: ConversationsState, one: Conversation): ConversationsState {
  return { ...state, byId: { ...state.byId, [one.id]: one } };
}

function change(
  state: ConversationsState,
  id: string,
  rev: number,
  patch: (known: Conversation) => Partial<Conversation>,
): ConversationsState {
  const known = state.byId[id];
  if (!known || rev <= known.rev) return state;
  return withConversation(state, { ...known, ...patch(known), rev });
}

function created(state: ConversationsState, data: Body<"conversation.created">): ConversationsState {
  const id = data.conversation_id;
  if (state.byId[id] || (state.gone[id] ?? -1) >= data.rev) return state;
  return withConversation(state, {
    id,
    kind: data.kind,
    title: data.title,
    member_ids: data.member_ids.slice(0, SHOWN_MEMBERS),
    member_count: data.member_ids.length,
    last_seq: 0,
    last_message: null,
    read_seq: 0,
    joined_seq: 0,
    unread: 0,
    created_at: data.created_at,
    active_at: data.created_at,
    rev: data.rev,
  });
}

function memberAdded(state: ConversationsState, data: Body<"member.added">): ConversationsState {
  return change(state, data.conversation_id, data.rev, (known) => ({
    member_count: data.member_count,
    member_ids:
      known.member_ids.length < SHOWN_MEMBERS && !known.member_ids.includes(data.member.user_id)
        ? [...known.member_ids, data.member.user_id]
        : known.member_ids,
  }));
}

function memberRemoved(
  state: ConversationsState,
  data: Body<"member.removed">,
  me: string,
): ConversationsState {
  if (data.user_id !== me) {
    return change(state, data.conversation_id, data.rev, (known) => ({
      member_count: data.member_count,
      member_ids: known.member_ids.filter((id) => id !== data.user_id),
    }));
  }
  const known = state.byId[data.conversation_id];
  if (known && data.rev <= known.rev) return state;
  const { [data.conversation_id]: _left, ...byId } = state.byId;
  return { byId, gone: { ...state.gone, [data.conversation_id]: data.rev } };
}

/** Also for the reply to an own send, which may come before the event: `last_seq` settles which is first. */
export function messageSent(state: ConversationsState, message: Message, me: string): ConversationsState {
  const known = state.byId[message.conversation_id];
  if (!known || message.seq <= known.last_seq) return state;
  const mine = message.sender_id === me;
  return withConversation(state, {
    ...known,
    last_seq: message.seq,
    last_message: message,
    active_at: message.created_at,
    unread: known.unread + (mine ? 0 : 1) + (message.seq - known.last_seq - 1),
  });
}

/** `unreadAfter`: how many messages of others behind `read_seq`, where the caller knows it exactly. */
export function readMoved(
  state: ConversationsState,
  id: string,
  readSeq: number,
  unreadAfter?: number,
): ConversationsState {
  const known = state.byId[id];
  if (!known || readSeq < known.read_seq) return state;
  const atMost = Math.max(0, known.last_seq - readSeq);
  return withConversation(state, {
    ...known,
    read_seq: readSeq,
    unread: Math.min(unreadAfter ?? known.unread, atMost),
  });
}

/** Conversations that these events name and that are not known here: to be asked for. */
export function missingConversations(
  state: ConversationsState,
  frames: readonly EventFrame[],
  me: string,
): string[] {
  const named = frames.flatMap((frame) => {
    if (frame.event === "message.sent")
      return state.gone[frame.data.conversation_id] === undefined ? [frame.data.conversation_id] : [];
    if (frame.event !== "member.added" || frame.data.member.user_id !== me) return [];
    return (state.gone[frame.data.conversation_id] ?? -1) < frame.data.rev
      ? [frame.data.conversation_id]
      : [];
  });
  return [...new Set(named)].filter((id) => !state.byId[id]);
}

export function byActivity(state: ConversationsState): Conversation[] {
  return Object.values(state.byId).sort((one, other) => (one.active_at < other.active_at ? 1 : -1));
}

export const totalUnread = (state: ConversationsState): number =>
  Object.values(state.byId).reduce((sum, one) => sum + one.unread, 0);

/** The conversation to go to for "next unread": the first unread one below the current one, around the end. */
export function nextUnread(state: ConversationsState, currentId: string | null): string | null {
  const list = byActivity(state);
  const start = list.findIndex((one) => one.id === currentId) + 1;
  const around = [...list.slice(start), ...list.slice(0, start)];
  return around.find((one) => one.unread > 0 && one.id !== currentId)?.id ?? null;
}
