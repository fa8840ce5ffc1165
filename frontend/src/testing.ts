// Things to test with: small, valid pieces of the server's state.

import type {
  Batch,
  Conversation,
  Dataset,
  EventFrame,
  FileInfo,
  Job,
  Message,
  Snapshot,
  User,
} from "@/lib/frames";

export const ME = "00000000-0000-4000-8000-000000000001";
export const ADA = "00000000-0000-4000-8000-000000000002";
export const TALK = "00000000-0000-4000-8000-0000000000c1";

const START = Date.UTC(2026, 10, 2, 9, 0, 0);

export const at = (minute: number): string => new Date(START + minute * 60_000).toISOString();

export const user = (id: string, extra: Partial<User> = {}): User => ({
  id,
  username: `user-${id.slice(-1)}`,
  display_name: `User ${id.slice(-1)}`,
  active: true,
  staff: false,
  created_at: at(0),
  rev: 1,
  ...extra,
});

export const message = (seq: number, extra: Partial<Message> = {}): Message => ({
  id: `00000000-0000-4000-9000-${String(seq).padStart(12, "0")}`,
  conversation_id: TALK,
  seq,
  sender_id: ADA,
  client_id: `00000000-0000-4000-a000-${String(seq).padStart(12, "0")}`,
  text: `message ${seq}`,
  data: null,
  reply_to: null,
  file_ids: [],
  created_at: at(seq),
  ...extra,
});

export const conversation = (extra: Partial<Conversation> = {}): Conversation => ({
  id: TALK,
  kind: "group",
  title: "Release",
  member_ids: [ME, ADA],
  member_count: 2,
  last_seq: 0,
  last_message: null,
  read_seq: 0,
  joined_seq: 0,
  unread: 0,
  created_at: at(0),
  active_at: at(0),
  rev: 1,
  ...extra,
});

export const sent = (pos: number, one: Message): EventFrame => ({ event: "message.sent", pos, data: one });

export const snapshot = (pos: number, conversations: Conversation[]): Snapshot => ({
  epoch: "e1",
  pos,
  me: user(ME),
  conversations,
  next: null,
});

export const file = (id: string, extra: Partial<FileInfo> = {}): FileInfo => ({
  id,
  owner_id: ME,
  name: `${id}.jpg`,
  size: 1000,
  media_type: "application/octet-stream",
  sha256: "0".repeat(64),
  inspected: true,
  width: null,
  height: null,
  frames: null,
  thumbhash: null,
  thumbnail: false,
  problem: null,
  job_id: null,
  content_url: `/api/v1/files/${id}/content`,
  thumbnail_url: null,
  created_at: at(0),
  expires_at: null,
  rev: 1,
  ...extra,
});

export const job = (extra: Partial<Job> = {}): Job => ({
  id: "00000000-0000-4000-8000-0000000000f1",
  kind: "image.process",
  state: "queued",
  subject: "sunrise.jpg",
  owner_id: ME,
  conversation_id: null,
  batch_id: null,
  previous_id: null,
  chain_id: null,
  attempt: 0,
  max_attempts: 4,
  progress: null,
  params: {},
  result: null,
  error: null,
  cancelling: false,
  pausing: false,
  created_at: at(0),
  run_after: null,
  started_at: null,
  finished_at: null,
  rev: 1,
  ...extra,
});

export const batch = (extra: Partial<Batch> = {}): Batch => ({
  id: "00000000-0000-4000-8000-0000000000b1",
  kind: "image.process",
  title: "3 pictures",
  owner_id: ME,
  conversation_id: TALK,
  expected: 3,
  total: 3,
  waiting: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  kept: 0,
  bytes_before: 0,
  bytes_after: 0,
  created_at: at(0),
  finished_at: null,
  rev: 1,
  ...extra,
});

export const dataset = (extra: Partial<Dataset> = {}): Dataset => ({
  id: "00000000-0000-4000-8000-0000000000d1",
  name: "Sales",
  owner_id: ME,
  conversation_id: null,
  table: "datasets.sales",
  columns: [
    { name: "city", title: "City", type: "text" },
    { name: "amount", title: "Amount", type: "decimal" },
  ],
  key: [],
  rows: 3,
  bytes: 8192,
  created_at: at(0),
  changed_at: at(0),
  rev: 1,
  ...extra,
});

/** For what is certain to be there: a test without it fails. */
export function never(): never {
  throw new Error("It should be there.");
}
