import type { Events, Operations, Schemas } from "@/types/socket";

export type EventName = keyof Events;
export type OperationName = keyof Operations;
export type Reply<Op extends OperationName> = Operations[Op]["reply"];
export type RequestData<Op extends OperationName> = Operations[Op]["request"];

/** A durable event as it comes over the socket; `pos` orders it among all events. */
export type EventFrame = {
  [Name in EventName]: { event: Name; pos: number; at?: string; data: Events[Name] };
}[EventName];

export type User = Schemas["User"];
export type Conversation = Schemas["Conversation"];
export type Member = Schemas["Member"];
export type Message = Schemas["Message"];
export type MessagePage = Schemas["MessagePage"];
export type DeviceSession = Schemas["Session"];
export type FileInfo = Schemas["File"];
export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type JobProgress = Schemas["JobProgress"];
export type Batch = Schemas["Batch"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Dataset = Schemas["Dataset"];
export type DatasetColumn = Schemas["DatasetColumn"];
export type ColumnType = Schemas["ColumnType"];
export type ColumnStats = Schemas["ColumnStats"];
export type Import = Schemas["Import"];
export type ImportMode = Schemas["ImportMode"];
export type Reject = Schemas["Reject"];

/** News without a position: newest wins, any of them may be missing. */
export type SignalFrame = { event: "job.progress"; data: Schemas["JobProgressed"] };

/** The state at `pos`, or at some later one: events from `pos` on may be applied on top again. */
export type Snapshot = Schemas["BootstrapReply"];

interface Failure {
  code: string;
  message: string;
  retry_after_ms?: number;
  request_id?: string;
}

export interface IncomingFrame {
  id?: number;
  ok?: unknown;
  error?: Failure;
  event?: string;
  pos?: number;
  data?: unknown;
}

/** Frames of one WebSocket message: several may be joined by newlines. */
export function parseFrames(text: string): IncomingFrame[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as IncomingFrame);
}
