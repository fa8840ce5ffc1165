import { cardOf } from "@/features/messages/card";
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
  // Whether the first one begins a day or a group depends on what is not loaded yet: it waits for that, unseen, so that
  // no row changes its height when the page before it arrives.
  const hidden = complete ? undefined : messages[0];
  let previous: Previous | null = hidden
    ? { sender: hidden.sender_id, at: Date.parse(hidden.created_at) }
    : null;
  let divided = newAfter === null;
  for (const message of messages) {
    if (message === hidden) continue;
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

const LINE_PX = 21;
const CHARACTERS_PER_LINE = 90;

function lines(text: string): number {
  return text
    .split("\n")
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / CHARACTERS_PER_LINE)), 0);
}

/** A row of pictures with the space around it (features/files/components/attachments.tsx). */
const FILES_PX = 176;
const FILES_PER_ROW = 3;
const CARDS_PX = { job: 128, batch: 280 } as const;

function bodyHeight(message: Message): number {
  const card = cardOf(message);
  if (card) return CARDS_PX[card.kind];
  const text = message.text === "" ? 0 : lines(message.text) * LINE_PX;
  return 4 + text + Math.ceil(message.file_ids.length / FILES_PER_ROW) * FILES_PX;
}

/** A guess at a row's height in pixels, until it is measured: the nearer, the less a scrollbar moves by itself. */
export function estimatedHeight(row: Row | undefined): number {
  switch (row?.kind) {
    case "start":
      return 96;
    case "day":
      return 40;
    case "new":
      return 28;
    case "message":
      return bodyHeight(row.message) + (row.lead ? 30 : 0) + (row.message.reply_to ? 24 : 0);
    case "unsent":
      return 4 + lines(row.entry.text) * LINE_PX + (row.lead ? 30 : 0) + 16;
    default:
      return LINE_PX;
  }
}
