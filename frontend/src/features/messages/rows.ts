import type { OutboxEntry } from "@/features/messages/outbox";
import type { Message } from "@/lib/frames";
import { startOfDay } from "@/lib/time";

/** One line of the list on the screen. `lead`: shows picture and name; the ones that follow it closely do not. */
export type Row =
  | { kind: "start"; key: "start" }
  | { kind: "day"; key: string; at: number }
  | { kind: "new"; key: "new" }
  | { kind: "message"; key: string; lead: boolean; message: Message }
  | { kind: "unsent"; key: string; lead: boolean; entry: OutboxEntry };

/** Messages of one person further apart than this are shown as separate. */
const GROUP_MS = 5 * 60_000;

interface Previous {
  sender: string;
  at: number;
}

/** The key under which an own message is the same row before and after the server confirmed it. */
const keyOf = (sender: string, clientId: string): string => `${sender}:${clientId}`;

export interface RowsInput {
  messages: readonly Message[];
  outbox: readonly OutboxEntry[];
  me: string;
  /** The first page of the conversation is among `messages`. */
  complete: boolean;
  /** "New" stands above the first message of somebody else behind this one; null for nowhere. */
  newAfter: number | null;
}

export function rowsOf({ messages, outbox, me, complete, newAfter }: RowsInput): Row[] {
  const rows: Row[] = complete ? [{ kind: "start", key: "start" }] : [];
  let previous: Previous | null = null;
  let divided = newAfter === null;
  for (const message of messages) {
    const at = Date.parse(message.created_at);
    const newDay = !previous || startOfDay(new Date(at)) !== startOfDay(new Date(previous.at));
    if (newDay) rows.push({ kind: "day", key: `day:${message.seq}`, at });
    const divides = !divided && message.seq > (newAfter ?? 0) && message.sender_id !== me;
    if (divides) rows.push({ kind: "new", key: "new" });
    divided ||= divides;
    const lead = newDay || divides || message.reply_to !== null || !follows(previous, message.sender_id, at);
    rows.push({ kind: "message", key: keyOf(message.sender_id, message.client_id), lead, message });
    previous = { sender: message.sender_id, at };
  }
  return [...rows, ...unsentRows(messages, outbox, me, previous)];
}

function follows(previous: Previous | null, sender: string, at: number): boolean {
  return previous !== null && previous.sender === sender && at - previous.at < GROUP_MS;
}

function unsentRows(
  messages: readonly Message[],
  outbox: readonly OutboxEntry[],
  me: string,
  before: Previous | null,
): Row[] {
  const confirmed = new Set(messages.filter((one) => one.sender_id === me).map((one) => one.client_id));
  let previous = before;
  return outbox
    .filter((entry) => !confirmed.has(entry.clientId))
    .map((entry) => {
      const at = Date.parse(entry.queuedAt);
      const lead = entry.replyTo !== null || !follows(previous, me, at);
      previous = { sender: me, at };
      return { kind: "unsent", key: keyOf(me, entry.clientId), lead, entry };
    });
}

/** The day to show above the list while it is scrolled: that of the first message from this row on. */
export function dayOfRow(rows: readonly Row[], index: number): number | null {
  for (const row of rows.slice(index)) {
    if (row.kind === "day") return row.at;
    if (row.kind === "message") return Date.parse(row.message.created_at);
  }
  return null;
}
