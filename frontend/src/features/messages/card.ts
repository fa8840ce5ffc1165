import type { Message } from "@/lib/frames";

export interface Card {
  kind: "job" | "batch";
  id: string;
}

/** The job or batch that a message stands for; null for one that says something itself. */
export function cardOf(message: Message): Card | null {
  const { job_id, batch_id } = (message.data ?? {}) as { job_id?: unknown; batch_id?: unknown };
  if (typeof batch_id === "string") return { kind: "batch", id: batch_id };
  return typeof job_id === "string" ? { kind: "job", id: job_id } : null;
}
