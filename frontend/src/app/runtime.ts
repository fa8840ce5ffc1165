// Joins session, socket and state: what happens by itself while somebody is logged in (docs/page.md).

import { dispatch, getChat, useStore } from "@/app/store";
import * as session from "@/features/auth/session";
import { missingConversations } from "@/features/conversations/state";
import { unsettled } from "@/features/jobs/state";
import { forgetDrafts } from "@/features/messages/drafts";
import { forgetOutbox, loadOutbox, saveOutbox } from "@/features/messages/kept";
import { Sender } from "@/features/messages/sender";
import { forgetPeople, wantPeople } from "@/features/people/directory";
import { forgetUploads, resumeUploads, stopUploads, uploadsChanged } from "@/features/uploads/api";
import { asWarrenError } from "@/lib/errors";
import type { EventFrame, OperationName, Reply, RequestData, Snapshot, User } from "@/lib/frames";
import { Socket } from "@/lib/socket";

const START_AGAIN_MS = 2000;
const RENEW_AGAIN_MS = 10_000;

let socket: Socket | null = null;
let sender: Sender | null = null;
let renewTimer: ReturnType<typeof setTimeout> | undefined;

const notRunning = () => Promise.reject(new Error("Nobody is logged in."));

export const call = <Op extends OperationName>(op: Op, data: RequestData<Op>): Promise<Reply<Op>> =>
  socket?.call(op, data) ?? notRunning();

export const read = <Op extends OperationName>(op: Op, data: RequestData<Op>): Promise<Reply<Op>> =>
  socket?.read(op, data) ?? notRunning();

/** A call under a key of its own (`client_id` or the like): it may be repeated, so it waits for the connection too. */
export const keyed = read;

/** Resolves when the connection is next live. */
export const connected = (): Promise<void> => socket?.ready() ?? notRunning();

export const reconnectNow = (): void => socket?.retryNow();

export const knowPeople = (ids: Iterable<string>): void => wantPeople(ids, (data) => read("user.list", data));

/** On page load: takes the session up again where there is one. */
export async function resumeSession(): Promise<void> {
  if (!session.hinted()) return leave("out");
  try {
    enter(await session.refresh());
  } catch (error) {
    const { code } = asWarrenError(error);
    if (code === "refresh_rejected") leave("ended");
    else if (code === "forbidden") useStore.setState({ phase: "refused" });
    else setTimeout(() => void resumeSession(), START_AGAIN_MS);
  }
}

/** Somebody logged in: connects and starts sending what was left over. */
export function enter(user: User): void {
  shutDown();
  dispatch({ type: "logged_in", user, outbox: loadOutbox(user.id) });
  useStore.setState({ phase: "in", status: { name: "connecting" } });
  const connection = new Socket({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
    token: session.accessToken,
    onSnapshot,
    onEvents,
    onSignals: (signals) => dispatch({ type: "signals", signals }),
    onStatus: (status) => {
      useStore.setState({ status });
      if (status.name === "live") sender?.wake();
    },
    onSessionOver: () => leave("ended"),
  });
  socket = connection;
  sender = new Sender({
    state: getChat,
    dispatch,
    send: (data) => connection.call("message.send", data),
    ready: () => connection.ready(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  connection.start();
  resumeUploads(user.id);
  scheduleRenewal();
}

export async function logout(): Promise<void> {
  const userId = getChat().me?.id;
  await session.logout().catch(() => undefined);
  forgetEverything(userId);
  leave("out");
}

/** Rejects when the server could not be told: then nothing has changed. */
export async function logoutEverywhere(): Promise<void> {
  const userId = getChat().me?.id;
  await session.logoutEverywhere();
  forgetEverything(userId);
  leave("out");
}

export function wakeSender(): void {
  sender?.wake();
}

function forgetEverything(userId: string | undefined): void {
  if (!userId) return;
  forgetOutbox(userId);
  forgetDrafts(userId);
  forgetUploads(userId);
}

/** Back to the login page. A session that ended by itself keeps drafts and unsent messages for its owner's return. */
function leave(phase: "out" | "ended"): void {
  shutDown();
  session.forget();
  useStore.setState({ phase });
}

function shutDown(): void {
  clearTimeout(renewTimer);
  sender?.stop();
  stopUploads();
  socket?.stop();
  sender = null;
  socket = null;
  forgetPeople();
}

function onSnapshot(snapshot: Snapshot): void {
  dispatch({ type: "snapshot", snapshot });
  refreshJobs();
  knowPeople(snapshot.conversations.flatMap((one) => one.member_ids));
  if (snapshot.next) void loadFurther(snapshot.next);
}

/** Their events went by while nobody listened. */
function refreshJobs(): void {
  const { jobs, batches } = unsettled(getChat().jobs);
  if (jobs.length + batches.length > 0)
    void import("@/features/jobs/api").then((api) => api.refresh(jobs, batches));
}

/** The snapshot brings the most recent conversations; the others follow page by page. */
async function loadFurther(from: string): Promise<void> {
  for (let cursor: string | null = from; cursor; ) {
    const page: Reply<"conversation.list"> = await read("conversation.list", { cursor });
    dispatch({ type: "conversations", conversations: page.conversations });
    knowPeople(page.conversations.flatMap((one) => one.member_ids));
    cursor = page.next;
  }
}

function onEvents(frames: EventFrame[]): void {
  const me = getChat().me?.id ?? "";
  const missing = missingConversations(getChat().conversations, frames, me);
  dispatch({ type: "events", frames });
  for (const id of missing) void loadConversation(id);
  knowPeople(frames.flatMap(peopleIn));
}

function peopleIn(frame: EventFrame): string[] {
  if (frame.event === "message.sent") return [frame.data.sender_id];
  if (frame.event === "conversation.created") return frame.data.member_ids;
  if (frame.event === "member.added") return [frame.data.member.user_id];
  return [];
}

async function loadConversation(id: string): Promise<void> {
  try {
    const conversation = await read("conversation.get", { conversation_id: id });
    dispatch({ type: "conversations", conversations: [conversation] });
    knowPeople(conversation.member_ids);
  } catch {
    // Removed again meanwhile: then it is not shown, which is right.
  }
}

function scheduleRenewal(): void {
  clearTimeout(renewTimer);
  const ms = session.renewIn();
  if (ms !== null) renewTimer = setTimeout(() => void renew(), ms);
}

async function renew(): Promise<void> {
  try {
    await session.refresh();
    await socket?.renew(await session.accessToken({ fresh: false }));
    scheduleRenewal();
  } catch (error) {
    if (asWarrenError(error).code === "refresh_rejected") return leave("ended");
    renewTimer = setTimeout(() => void renew(), RENEW_AGAIN_MS);
  }
}

/** What the browser knows about the network and other tabs; call once. */
export function watchSurroundings(): void {
  window.addEventListener("offline", () => socket?.suspect());
  window.addEventListener("online", reconnectNow);
  document.addEventListener(
    "visibilitychange",
    () => document.visibilityState === "visible" && reconnectNow(),
  );
  session.onOtherTab((userId) => {
    const mine = getChat().me?.id;
    if (userId === null && useStore.getState().phase === "in") leave("out");
    else if (userId !== null && userId !== mine) location.reload();
  });
  useStore.subscribe(({ chat }, before) => {
    const same = chat.me && before.chat.me?.id === chat.me.id;
    if (same && chat.me && chat.uploads !== before.chat.uploads) {
      uploadsChanged(chat.me.id, chat.uploads, before.chat.uploads);
      if (chat.outbox.length > 0) wakeSender();
    }
    if (same && chat.me && chat.outbox !== before.chat.outbox)
      saveOutbox(chat.me.id, before.chat.outbox, chat.outbox);
  });
}
