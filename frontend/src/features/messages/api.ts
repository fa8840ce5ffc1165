// What the message list and the compose box do: each changes the state first where it can, and tells the server then.

import { call, read, wakeSender } from "@/app/runtime";
import { dispatch, getChat } from "@/app/store";
import { cancelUploads, meanForMessage, retryUploads } from "@/features/uploads/api";
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

/** `uploads`: ids of uploads that this message takes along, finished or not. */
export function send(
  conversationId: string,
  text: string,
  replyTo: string | null,
  uploads: readonly string[] = [],
): void {
  const clientId = uuid();
  const entry = {
    clientId,
    conversationId,
    text,
    replyTo,
    uploads,
    queuedAt: new Date().toISOString(),
    state: "waiting",
    error: null,
  } as const;
  if (uploads.length > 0) meanForMessage(uploads, clientId);
  dispatch({ type: "queued", entry });
  wakeSender();
}

const uploadsOf = (clientIds: readonly string[]): string[] =>
  getChat()
    .outbox.filter((entry) => clientIds.includes(entry.clientId))
    .flatMap((entry) => entry.uploads);

/** Their files first: a message whose file failed would fail again at once. */
export async function retrySends(clientIds: readonly string[]): Promise<void> {
  const files = uploadsOf(clientIds);
  if (files.length > 0) await retryUploads(files);
  dispatch({ type: "send_retried", clientIds });
  wakeSender();
}

export function deleteUnsent(clientId: string): void {
  const files = uploadsOf([clientId]);
  dispatch({ type: "send_deleted", clientId });
  if (files.length > 0) cancelUploads(files);
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
