import type { EventFrame, FileInfo } from "@/lib/frames";

/** `at`: when its signed links were made (ms since 1970). `looks`: how often it was asked for before it was inspected. */
export interface KnownFile {
  readonly file: FileInfo;
  readonly at: number;
  readonly looks: number;
}

/** `gone`: deleted, or not mine to see. */
export interface FilesState {
  readonly byId: Readonly<Record<string, KnownFile>>;
  readonly gone: Readonly<Record<string, true>>;
}

export const NO_FILES: FilesState = { byId: {}, gone: {} };

/** Signed links are good for about an hour (contracts/file.py); taken anew before that. */
const LINKS_MS = 50 * 60_000;
const LONG_AGO = Number.NEGATIVE_INFINITY;
const FIRST_LOOK_MS = 1000;
const MOST_LOOKS = 6;

/** What was asked for at `at` and what came: those that are missing are gone. */
export function filesLoaded(
  state: FilesState,
  asked: readonly string[],
  files: readonly FileInfo[],
  at: number,
): FilesState {
  const byId = { ...state.byId };
  for (const file of files) byId[file.id] = taken(byId[file.id], file, at);
  const came = new Set(files.map((file) => file.id));
  const missing = asked.filter((id) => !came.has(id));
  const gone = missing.length > 0 ? { ...state.gone, ...marks(missing) } : state.gone;
  return { byId, gone };
}

export function filesOnEvent(state: FilesState, frame: EventFrame): FilesState {
  if (frame.event === "file.deleted") {
    return { ...state, gone: { ...state.gone, [frame.data.file_id]: true } };
  }
  const known = frame.event === "file.inspected" ? state.byId[frame.data.file_id] : undefined;
  if (frame.event !== "file.inspected" || !known || frame.data.rev <= known.file.rev) return state;
  const { file_id, ...told } = frame.data;
  const file = { ...known.file, ...told, inspected: true };
  // The link to a thumbnail is not in the event: it has to be asked for.
  const at = file.thumbnail && !file.thumbnail_url ? LONG_AGO : known.at;
  return { ...state, byId: { ...state.byId, [file_id]: { ...known, file, at } } };
}

/** The links of this file did not work: it is asked for again. */
export function linksFailed(state: FilesState, id: string): FilesState {
  const known = state.byId[id];
  return known ? { ...state, byId: { ...state.byId, [id]: { ...known, at: LONG_AGO } } } : state;
}

/** Milliseconds until a file that is on the screen has to be asked for. */
export function dueIn(known: KnownFile | undefined, now: number): number {
  if (!known) return 0;
  if (!known.file.inspected && known.looks < MOST_LOOKS) return FIRST_LOOK_MS * 2 ** (known.looks - 1);
  return Math.max(0, known.at + LINKS_MS - now);
}

function taken(known: KnownFile | undefined, file: FileInfo, at: number): KnownFile {
  const looks = file.inspected ? 0 : (known?.looks ?? 0) + 1;
  const newest = known && known.file.rev > file.rev ? { ...known.file, ...linksOf(file) } : file;
  return { file: newest, at, looks };
}

const linksOf = ({ content_url, thumbnail_url }: FileInfo) => ({ content_url, thumbnail_url });

const marks = (ids: readonly string[]): Record<string, true> =>
  Object.fromEntries(ids.map((id) => [id, true as const]));

export const isPicture = (file: FileInfo): boolean => file.width !== null && file.problem === null;
