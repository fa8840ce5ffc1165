// What the job kinds tell, read from the JSON that a job carries.

import type { Job } from "@/lib/frames";

/** One picture of a result (contracts/image.py). */
export interface ResultFile {
  id: string;
  name: string;
  size: number;
  media_type: string;
  width: number;
  height: number;
  quality?: number | null;
}

export interface ImageResult {
  files: ResultFile[];
  source: ResultFile;
  kept: string | null;
}

/** Null for jobs that are not done, and for kinds that make no pictures. */
export function imageResult(job: Job): ImageResult | null {
  const result = job.result as Partial<ImageResult> | null;
  if (!result?.source || !result.files?.length) return null;
  return { files: result.files, source: result.source, kept: result.kept ?? null };
}

/** The file that the job is about. */
export function sourceId(job: Job): string {
  const { file_id } = job.params as { file_id?: unknown };
  return typeof file_id === "string" ? file_id : "";
}

/** What the job's picture is: the result where there is one, else what it is made from. */
export const faceId = (job: Job): string => imageResult(job)?.files[0]?.id ?? sourceId(job);

export interface Row {
  path: string;
  value: string;
}

/** What counts for each operation (contracts/image.py): the server tells the defaults of all the others too. */
const COUNTS: Record<string, readonly string[]> = {
  resize: ["width", "height", "fit", "enlarge"],
  crop: ["width", "height", "left", "top", "attention"],
  rotate: ["angle", "background"],
  flip: ["direction"],
  blur: ["sigma"],
  sharpen: ["sigma"],
  adjust: ["brightness", "contrast", "saturation"],
  caption: ["text", "position", "size", "color", "background"],
  watermark: ["file_id", "position", "size", "opacity"],
};

/** An operation in a line, "resize · width 900"; null for anything else. */
function operationOf(value: object): string | null {
  const fields = value as Record<string, unknown>;
  if (typeof fields.op !== "string") return null;
  const said = (COUNTS[fields.op] ?? []).filter((name) => isSaid(fields[name]));
  return [fields.op, ...said.map((name) => `${name} ${fields[name]}`)].join(" · ");
}

const isSaid = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== "" && value !== false;

/** Any JSON as readable rows: `output.quality` 80. What has no value is left out. */
export function rowsOf(value: unknown, path = ""): Row[] {
  if (!isSaid(value)) return [];
  if (typeof value !== "object" || value === null) return [{ path, value: String(value) }];
  const operation = operationOf(value);
  if (operation) return [{ path, value: operation }];
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((one, index) => [String(index + 1), one])
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => rowsOf(inner, path ? `${path}.${key}` : key));
}
