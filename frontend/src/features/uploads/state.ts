import type { ImageSettings } from "@/features/jobs/settings";

/** Pictures that are processed together: the batch is made once, under `clientId`, as soon as they are dropped. */
export interface BatchPlan {
  readonly clientId: string;
  readonly conversationId: string | null;
  readonly title: string;
  readonly expected: number;
  readonly settings: ImageSettings;
}

/**
 * What happens with the file once it is stored: it waits in a compose box (`attach`), goes out with a message that is
 * written (`send`), is processed by a job of a batch, or is only stored, for whoever asked for it (`keep`).
 */
export type Purpose =
  | { readonly kind: "attach"; readonly conversationId: string }
  | { readonly kind: "send"; readonly clientId: string }
  | { readonly kind: "process"; readonly batch: BatchPlan }
  | { readonly kind: "keep" };

/**
 * `lost`: after a reload its bytes are not there any more, they have to be picked again. `stored`: the server has all
 * of it, what it is for is still to be done. `done`: that too; it is only shown.
 */
export type UploadState = "waiting" | "running" | "paused" | "failed" | "lost" | "stored" | "done";

export interface UploadError {
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

/** `sent`: bytes that the server has or is getting. `rate`: bytes per second, smoothed. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly purpose: Purpose;
  readonly state: UploadState;
  readonly sent: number;
  readonly rate: number;
  readonly mark: { readonly at: number; readonly sent: number } | null;
  readonly fileId: string | null;
  readonly error: UploadError | null;
}

/** In the order in which they were added. `restored`: what an earlier page left over is among them. */
export interface UploadsState {
  readonly byId: Readonly<Record<string, Upload>>;
  readonly restored: boolean;
}

export const NO_UPLOADS: UploadsState = { byId: {}, restored: false };

export type UploadsAction =
  | { type: "uploads_added"; uploads: readonly Upload[] }
  | { type: "uploads_restored"; uploads: readonly Upload[] }
  | { type: "uploads_meant"; ids: readonly string[]; purpose: Purpose }
  | { type: "uploads_moved"; ids: readonly string[]; state: UploadState }
  | { type: "uploads_removed"; ids: readonly string[] }
  | { type: "upload_progress"; id: string; sent: number; at: number }
  | { type: "upload_stored"; id: string; fileId: string }
  | { type: "upload_failed"; id: string; error: UploadError };

/** A rate is measured over at least this long. */
const SAMPLE_MS = 400;
const OLD_RATE_WEIGHT = 0.7;

export function uploadsReduce(state: UploadsState, action: UploadsAction): UploadsState {
  switch (action.type) {
    case "uploads_added":
      return add(state, action.uploads);
    case "uploads_restored":
      return { ...add(state, action.uploads), restored: true };
    case "uploads_meant":
      return change(state, action.ids, { purpose: action.purpose });
    case "uploads_moved":
      return change(state, action.ids, { state: action.state, error: null, rate: 0, mark: null });
    case "uploads_removed":
      return remove(state, action.ids);
    case "upload_progress":
      return progressed(state, action.id, action.sent, action.at);
    case "upload_stored":
      return stored(state, action.id, action.fileId);
    case "upload_failed":
      return change(state, [action.id], { state: "failed", error: action.error, rate: 0, mark: null });
  }
}

/** The message that these files were for has arrived. */
export function messageConfirmed(state: UploadsState, clientId: string): UploadsState {
  const ids = Object.values(state.byId)
    .filter(({ purpose }) => purpose.kind === "send" && purpose.clientId === clientId)
    .map((one) => one.id);
  return ids.length > 0 ? remove(state, ids) : state;
}

export const listed = (state: UploadsState): Upload[] => Object.values(state.byId);

export const attachedTo = (state: UploadsState, conversationId: string): Upload[] =>
  listed(state).filter(
    ({ purpose }) => purpose.kind === "attach" && purpose.conversationId === conversationId,
  );

/** Still on its way to the server. */
export const isUnderWay = ({ state }: Upload): boolean =>
  state === "waiting" || state === "running" || state === "paused";

export const isStuck = ({ state }: Upload): boolean => state === "failed" || state === "lost";

/**
 * The files of a message that waits: their ids in order, null while one is on its way, `stuck` when one of them will not
 * come by itself.
 */
export function filesFor(state: UploadsState, ids: readonly string[]): string[] | null | "stuck" {
  const uploads = ids.map((id) => state.byId[id]);
  const missing = uploads.some((one) => one === undefined);
  if (missing) return state.restored ? "stuck" : null;
  if (uploads.some((one) => one && isStuck(one))) return "stuck";
  const files = uploads.flatMap((one) => (one?.fileId ? [one.fileId] : []));
  return files.length === ids.length ? files : null;
}

export interface Totals {
  readonly count: number;
  readonly finished: number;
  readonly size: number;
  readonly sent: number;
  readonly rate: number;
  /** Null while nobody knows. */
  readonly secondsLeft: number | null;
}

export function totals(uploads: readonly Upload[]): Totals {
  const sum = (of: (one: Upload) => number) => uploads.reduce((so, one) => so + of(one), 0);
  const rate = sum((one) => (one.state === "running" ? one.rate : 0));
  const left = sum((one) => (isUnderWay(one) ? one.size - one.sent : 0));
  return {
    count: uploads.length,
    finished: uploads.filter((one) => one.fileId !== null).length,
    size: sum((one) => one.size),
    sent: sum((one) => one.sent),
    rate,
    secondsLeft: rate > 0 && left > 0 ? left / rate : null,
  };
}

/** 0 to 100; an empty file is done when it is stored. */
export const percentOf = ({ size, sent }: { size: number; sent: number }): number =>
  size > 0 ? Math.min(100, (sent / size) * 100) : 0;

export function newUpload(id: string, file: File, purpose: Purpose): Upload {
  return {
    id,
    name: file.name,
    size: file.size,
    type: file.type,
    purpose,
    state: "waiting",
    sent: 0,
    rate: 0,
    mark: null,
    fileId: null,
    error: null,
  };
}

function add(state: UploadsState, uploads: readonly Upload[]): UploadsState {
  const news = uploads.filter((one) => !state.byId[one.id]);
  return { ...state, byId: { ...state.byId, ...Object.fromEntries(news.map((one) => [one.id, one])) } };
}

function remove(state: UploadsState, ids: readonly string[]): UploadsState {
  const byId = { ...state.byId };
  for (const id of ids) delete byId[id];
  return { ...state, byId };
}

function change(state: UploadsState, ids: readonly string[], patch: Partial<Upload>): UploadsState {
  const byId = { ...state.byId };
  for (const id of ids) if (byId[id]) byId[id] = { ...byId[id], ...patch };
  return { ...state, byId };
}

function progressed(state: UploadsState, id: string, sent: number, at: number): UploadsState {
  const one = state.byId[id];
  if (one?.state !== "running") return state;
  const mark = one.mark ?? { at, sent };
  if (at - mark.at < SAMPLE_MS) return change(state, [id], { sent, mark });
  const measured = Math.max(0, ((sent - mark.sent) / (at - mark.at)) * 1000);
  const rate = one.rate === 0 ? measured : one.rate * OLD_RATE_WEIGHT + measured * (1 - OLD_RATE_WEIGHT);
  return change(state, [id], { sent, rate, mark: { at, sent } });
}

function stored(state: UploadsState, id: string, fileId: string): UploadsState {
  const one = state.byId[id];
  if (!one) return state;
  return change(state, [id], {
    state: "stored",
    fileId,
    sent: one.size,
    rate: 0,
    mark: null,
    error: null,
  });
}
