// What the message list and the compose box do: each changes the state first where it can, and tells the server then.

import { call, read, wakeSender } from "@/app/runtime";
import { dispatch, getChat } from "@/app/store";
import { uuid } from "@/lib/ids";

const PAGE = 60;
/** Read messages shown above the first unread one. */
const BEFORE_UNREAD = 25;

/** A conversation without a message that I may see needs no asking. */
export function openEmpty(conversationId: string): void {
  const page = { messages: [], more_before: false, more_after: false };
  dispatch({ type: "page_opened", conversationId, page });
}

/** Loads the stretch around `seq` (null: the newest) in place of what is there. */
export async function openAt(conversationId: string, seq: number | null): Promise<void> {
  const from = seq === null ? null : Math.max(0, seq - BEFORE_UNREAD - 1);
  const page = await read("message.list", {
    conversation_id: conversationId,
    limit: PAGE,
    ...(from === null ? {} : { after: from }),
  });
  dispatch({ type: "page_opened", conversationId, page });
}

export async function loadBefore(conversationId: string): Promise<void> {
  const first = getChat().timelines[conversationId]?.items[0]?.seq;
  if (first === undefined) return;
  const page = await read("message.list", { conversation_id: conversationId, before: first, limit: PAGE });
  dispatch({ type: "page_before", conversationId, page });
}

export async function loadAfter(conversationId: string): Promise<void> {
  const last = getChat().timelines[conversationId]?.items.at(-1)?.seq ?? 0;
  const page = await read("message.list", { conversation_id: conversationId, after: last, limit: PAGE });
  dispatch({ type: "page_after", conversationId, page });
}

export function send(conversationId: string, text: string, replyTo: string | null): void {
  const entry = {
    clientId: uuid(),
    conversationId,
    text,
    replyTo,
    queuedAt: new Date().toISOString(),
    state: "waiting",
    error: null,
  } as const;
  dispatch({ type: "queued", entry });
  wakeSender();
}

export function retrySends(clientIds: readonly string[]): void {
  dispatch({ type: "send_retried", clientIds });
  wakeSender();
}

export function deleteUnsent(clientId: string): void {
  dispatch({ type: "send_deleted", clientId });
}

/** Moves the own read position forward: here at once, on the server soon. */
export async function markRead(conversationId: string, seq: number): Promise<void> {
  const known = getChat().conversations.byId[conversationId];
  if (!known || seq <= known.read_seq) return;
  dispatch({ type: "read", conversationId, readSeq: seq });
  const { read_seq, unread } = await call("conversation.read", { conversation_id: conversationId, seq });
  if (getChat().conversations.byId[conversationId]?.last_seq === known.last_seq) {
    dispatch({ type: "read", conversationId, readSeq: read_seq, unread });
  }
}
