// What jobs with tables tell, read from the JSON that a job carries (contracts/dataset.py, contracts/download.py).

import type { Job } from "@/lib/frames";
import type { Schemas } from "@/types/socket";

export type ImportResult = Schemas["ImportResult"];

/** Null for jobs that are not done, and for other kinds. */
export const importResult = (job: Job): ImportResult | null =>
  job.kind === "dataset.import" && job.state === "succeeded" ? (job.result as unknown as ImportResult) : null;

interface Made {
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

/** The file that a download fetched or an export made. */
export function madeFile(job: Job): Made | null {
  const makes = job.kind === "download.fetch" || job.kind === "dataset.export";
  if (!makes || job.state !== "succeeded") return null;
  const [file] = (job.result as { files?: Made[] } | null)?.files ?? [];
  return file ?? null;
}
