// Things to test with: small, valid pieces of the server's state.

import type { Conversation, EventFrame, Message, Snapshot, User } from "@/lib/frames";

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
