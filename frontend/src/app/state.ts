import {
  type ConversationsState,
  conversationLoaded,
  conversationsOnEvent,
  fromSnapshot,
  messageSent,
  NO_CONVERSATIONS,
  readMoved,
} from "@/features/conversations/state";
import {
  type DatasetsState,
  datasetGone,
  datasetsLoaded,
  datasetsOnEvent,
  datasetsOnSnapshot,
  NO_DATASETS,
} from "@/features/datasets/state";
import { type FilesState, filesLoaded, filesOnEvent, linksFailed, NO_FILES } from "@/features/files/state";
import * as jobs from "@/features/jobs/state";
import * as outbox from "@/features/messages/outbox";
import * as timelines from "@/features/messages/state";
import { NO_PEOPLE, type PeopleState, peopleLoaded, peopleOnEvent } from "@/features/people/state";
import * as uploads from "@/features/uploads/state";
import type {
  Batch,
  Conversation,
  Dataset,
  EventFrame,
  FileInfo,
  Job,
  Message,
  MessagePage,
  SignalFrame,
  Snapshot,
  User,
} from "@/lib/frames";

/** What the page knows of the server, and what it has not told it yet. */
export interface ChatState {
  readonly me: User | null;
  /** A snapshot came: what is missing from here on does not exist, rather than is not known yet. */
  readonly loaded: boolean;
  readonly people: PeopleState;
  readonly conversations: ConversationsState;
  readonly timelines: timelines.TimelinesState;
  readonly outbox: outbox.OutboxState;
  readonly files: FilesState;
  readonly jobs: jobs.JobsState;
  readonly uploads: uploads.UploadsState;
  readonly datasets: DatasetsState;
}

export const EMPTY: ChatState = {
  me: null,
  loaded: false,
  people: NO_PEOPLE,
  conversations: NO_CONVERSATIONS,
  timelines: timelines.NO_TIMELINES,
  outbox: outbox.NO_OUTBOX,
  files: NO_FILES,
  jobs: jobs.NO_JOBS,
  uploads: uploads.NO_UPLOADS,
  datasets: NO_DATASETS,
};

export type Action =
  | { type: "logged_in"; user: User; outbox: outbox.OutboxState }
  | { type: "snapshot"; snapshot: Snapshot }
  | { type: "events"; frames: readonly EventFrame[] }
  | { type: "signals"; signals: readonly SignalFrame[] }
  | { type: "people"; users: readonly User[] }
  | { type: "conversations"; conversations: readonly Conversation[] }
  | { type: "read"; conversationId: string; readSeq: number; unread?: number }
  | { type: "timeline_opening"; conversationId: string }
  | { type: "page_opened" | "page_before" | "page_after"; conversationId: string; page: MessagePage }
  | { type: "queued"; entry: outbox.OutboxEntry }
  | { type: "sent"; message: Message }
  | { type: "send_failed"; clientId: string; error: outbox.OutboxEntry["error"] }
  | { type: "conversation_stuck"; conversationId: string; error: outbox.OutboxEntry["error"] }
  | { type: "send_retried"; clientIds: readonly string[] }
  | { type: "send_deleted"; clientId: string }
  | { type: "profile"; user: User }
  | { type: "files"; asked: readonly string[]; files: readonly FileInfo[]; at: number }
  | { type: "links_failed"; fileId: string }
  | { type: "jobs"; jobs: readonly Job[] }
  | { type: "batches"; batches: readonly Batch[] }
  | { type: "datasets"; datasets: readonly Dataset[] }
  | { type: "dataset_gone"; id: string }
  | { type: "jobs_missing"; ids: readonly string[] }
  | uploads.UploadsAction;

export function reduce(state: ChatState, action: Action): ChatState {
  switch (action.type) {
    case "logged_in":
      return { ...EMPTY, me: action.user, people: { [action.user.id]: action.user }, outbox: action.outbox };
    case "snapshot":
      return onSnapshot(state, action.snapshot);
    case "events":
      return onEvents(state, action.frames);
    case "signals":
      return { ...state, jobs: jobs.jobsOnSignals(state.jobs, action.signals) };
    case "people":
      return { ...state, people: peopleLoaded(state.people, action.users) };
    case "profile":
      return { ...state, me: action.user, people: peopleLoaded(state.people, [action.user]) };
    case "conversations":
      return {
        ...state,
        conversations: action.conversations.reduce(conversationLoaded, state.conversations),
      };
    case "read":
      return onRead(state, action.conversationId, action.readSeq, action.unread);
    case "sent":
      return onSent(state, action.message);
    case "timeline_opening":
      return { ...state, timelines: timelines.opening(state.timelines, action.conversationId) };
    case "page_opened":
      return {
        ...state,
        timelines: timelines.pageOpened(state.timelines, action.conversationId, action.page),
      };
    case "page_before":
      return {
        ...state,
        timelines: timelines.pageBefore(state.timelines, action.conversationId, action.page),
      };
    case "page_after":
      return {
        ...state,
        timelines: timelines.pageAfter(state.timelines, action.conversationId, action.page),
      };
    case "files":
      return { ...state, files: filesLoaded(state.files, action.asked, action.files, action.at) };
    case "links_failed":
      return { ...state, files: linksFailed(state.files, action.fileId) };
    case "jobs":
      return { ...state, jobs: jobs.jobsLoaded(state.jobs, action.jobs) };
    case "batches":
      return { ...state, jobs: jobs.batchesLoaded(state.jobs, action.batches) };
    case "jobs_missing":
      return { ...state, jobs: jobs.jobsMissing(state.jobs, action.ids) };
    case "datasets":
      return { ...state, datasets: datasetsLoaded(state.datasets, action.datasets) };
    case "dataset_gone":
      return { ...state, datasets: datasetGone(state.datasets, action.id) };
    case "queued":
    case "send_failed":
    case "conversation_stuck":
    case "send_retried":
    case "send_deleted":
      return { ...state, outbox: onOutbox(state.outbox, action) };
    default:
      return { ...state, uploads: uploads.uploadsReduce(state.uploads, action) };
  }
}

type OutboxAction = Extract<
  Action,
  { type: "queued" | "send_failed" | "conversation_stuck" | "send_retried" | "send_deleted" }
>;

function onOutbox(state: outbox.OutboxState, action: OutboxAction): outbox.OutboxState {
  switch (action.type) {
    case "queued":
      return outbox.queued(state, action.entry);
    case "send_failed":
      return outbox.failed(state, action.clientId, action.error);
    case "conversation_stuck":
      return outbox.conversationFailed(state, action.conversationId, action.error);
    case "send_retried":
      return outbox.retried(state, action.clientIds);
    case "send_deleted":
      return outbox.deleted(state, action.clientId);
  }
}

function onSnapshot(state: ChatState, snapshot: Snapshot): ChatState {
  return {
    ...state,
    me: snapshot.me,
    loaded: true,
    people: peopleLoaded(state.people, [snapshot.me]),
    conversations: fromSnapshot(snapshot.conversations),
    timelines: timelines.timelinesOnSnapshot(state.timelines, snapshot.conversations),
    datasets: datasetsOnSnapshot(state.datasets),
  };
}

function onEvents(state: ChatState, frames: readonly EventFrame[]): ChatState {
  const next = frames.reduce(onEvent, state);
  return { ...next, jobs: jobs.jobsOnEvents(next.jobs, frames) };
}

function onEvent(state: ChatState, frame: EventFrame): ChatState {
  const me = state.me?.id ?? "";
  const people = peopleOnEvent(state.people, frame);
  const mine = state.me ? people[state.me.id] : undefined;
  return {
    ...state,
    me: mine ?? state.me,
    people,
    conversations: conversationsOnEvent(state.conversations, frame, me),
    timelines: timelines.timelinesOnEvent(state.timelines, frame, me),
    outbox: outbox.outboxOnEvent(state.outbox, frame, me),
    files: filesOnEvent(state.files, frame),
    uploads: uploadsOnEvent(state.uploads, frame, me),
    datasets: datasetsOnEvent(state.datasets, frame),
  };
}

function uploadsOnEvent(state: uploads.UploadsState, frame: EventFrame, me: string): uploads.UploadsState {
  return frame.event === "message.sent" && frame.data.sender_id === me && frame.data.file_ids.length > 0
    ? uploads.messageConfirmed(state, frame.data.client_id)
    : state;
}

/** The reply to an own send. It may come before or after the event of the same message: both lead to the same state. */
function onSent(state: ChatState, message: Message): ChatState {
  return {
    ...state,
    conversations: messageSent(state.conversations, message, state.me?.id ?? ""),
    timelines: timelines.messageArrived(state.timelines, message),
    outbox: outbox.confirmed(state.outbox, message.client_id),
    uploads: uploads.messageConfirmed(state.uploads, message.client_id),
  };
}

function onRead(state: ChatState, id: string, readSeq: number, told?: number): ChatState {
  const counted = timelines.unreadBehind(state.timelines[id], readSeq, state.me?.id ?? "");
  return { ...state, conversations: readMoved(state.conversations, id, readSeq, counted ?? told) };
}
