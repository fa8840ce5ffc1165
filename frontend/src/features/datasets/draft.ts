// What is to become of a file: put together in the form, sent as parameters of `dataset.import`.

import type { ColumnType, Dataset, ImportMode } from "@/lib/frames";
import type { Schemas } from "@/types/socket";

export type Format = Schemas["DataFormat"];
export type ReadOptions = Partial<Schemas["ReadOptions"]>;
export type Preview = Schemas["PreviewResult"];

/** `name`: what it is called here; of a dataset's columns, which of them it goes to. */
export interface ColumnDraft {
  readonly source: string;
  readonly name: string;
  readonly type: ColumnType;
  readonly skip: boolean;
}

/** What one asks to be looked at: what is not given is found out. */
export interface Reading {
  readonly format: Format | null;
  readonly options: ReadOptions;
}

export interface Draft {
  readonly mode: ImportMode;
  /** Of a new dataset. */
  readonly name: string;
  /** Of one that there is. */
  readonly datasetId: string | null;
  readonly columns: readonly ColumnDraft[];
  readonly key: readonly string[];
  readonly maxRejects: number | null;
}

const USUAL_REJECTS = 1000;
export const MOST_REJECTS = 1_000_000_000;

export const EMPTY_DRAFT: Draft = {
  mode: "create",
  name: "",
  datasetId: null,
  columns: [],
  key: [],
  maxRejects: USUAL_REJECTS,
};

/** Modes in which each column of the file is one that the dataset has. */
export const fits = (mode: ImportMode): boolean => mode === "append" || mode === "upsert";

const PACKED = /\.(gz|gzip|zst|zstd|zip)$/i;
const TABLES = /\.(csv|tsv|tab|txt|json|jsonl|ndjson|parquet|xlsx)$/i;
const MOST_NAME = 120;

/** "sales-2026.csv.gz" → "sales-2026". */
export function proposedName(fileName: string): string {
  const bare = fileName.replace(PACKED, "").replace(TABLES, "").trim();
  return [...(bare || fileName)].slice(0, MOST_NAME).join("");
}

/** By its name: what it really is, the preview tells. */
export const looksLikeTable = (fileName: string): boolean => {
  const packed = PACKED.test(fileName);
  return TABLES.test(fileName.replace(PACKED, "")) || packed;
};

/** The columns that were found, with what was chosen for those of the same name. */
export function columnsOf(preview: Preview, before: readonly ColumnDraft[]): ColumnDraft[] {
  const chosen = new Map(before.map((one) => [one.source, one]));
  return preview.columns.map(
    ({ source, type }) => chosen.get(source) ?? { source, name: source, type, skip: false },
  );
}

const plain = (text: string): string =>
  text
    .toLocaleLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_|_$/g, "");

/** Each goes to the dataset's column of its name; what the dataset does not have is left out. */
export function fitted(columns: readonly ColumnDraft[], dataset: Dataset): ColumnDraft[] {
  return columns.map((one) => {
    const same = dataset.columns.find(
      ({ name, title }) => title === one.source || name === one.source || plain(title) === plain(one.source),
    );
    return same ? { ...one, name: same.name, type: same.type, skip: false } : { ...one, skip: true };
  });
}

export type DraftProblem = "nameMissing" | "datasetMissing" | "columnsMissing" | "namesTwice" | "keyMissing";

/** What has to be put right before it can be tried or done. */
export function problemsOf(draft: Draft): DraftProblem[] {
  const used = draft.columns.filter((one) => !one.skip);
  const names = used.map((one) => one.name.trim());
  const found: [DraftProblem, boolean][] = [
    ["nameMissing", draft.mode === "create" && draft.name.trim() === ""],
    ["datasetMissing", draft.mode !== "create" && draft.datasetId === null],
    ["columnsMissing", used.length === 0],
    ["namesTwice", new Set(names).size < names.length || names.includes("")],
    ["keyMissing", draft.mode === "upsert" && draft.key.length === 0],
  ];
  return found.filter(([, there]) => there).map(([problem]) => problem);
}

interface Asked {
  fileId: string;
  preview: Preview;
  draft: Draft;
  dryRun: boolean;
}

/** Parameters of `dataset.import`: everything that was seen in the preview, so that nothing is found out otherwise. */
export function importParams({ fileId, preview, draft, dryRun }: Asked) {
  const { mode, columns, key, maxRejects } = draft;
  return {
    file_id: fileId,
    dataset: mode === "create" ? draft.name.trim() : (draft.datasetId ?? ""),
    mode,
    format: preview.format,
    options: preview.options,
    columns: columns.map((one) =>
      one.skip
        ? { source: one.source, skip: true }
        : { source: one.source, name: one.name.trim(), type: one.type },
    ),
    key: key.filter((name) => columns.some((one) => !one.skip && one.name === name)),
    max_rejects: maxRejects ?? 0,
    dry_run: dryRun,
  };
}
