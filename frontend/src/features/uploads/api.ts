// What the page does with uploads. The uploader itself, with tus, comes with the first one.

import { dispatch, getChat } from "@/app/store";
import type { ImageSettings } from "@/features/jobs/settings";
import { type BatchPlan, listed, type Purpose, type UploadsState } from "@/features/uploads/state";
import type { Uploader } from "@/features/uploads/uploader";
import { uuid } from "@/lib/ids";
import { load, remove, save } from "@/lib/storage";

let uploader: Promise<Uploader> | null = null;
/** What the flag says as far as this page set it; null before that. */
let flagged: boolean | null = null;

/** Says that something was left over, which spares everybody else the look into IndexedDB. */
const flag = (userId: string): string => `warren.uploads.${userId}`;

function running(): Promise<Uploader> {
  uploader ??= import("@/features/uploads/start").then(({ startUploader }) => startUploader());
  return uploader;
}

/** On login: goes on with what the last page left over. */
export function resumeUploads(userId: string): void {
  if (load(flag(userId)) === null) dispatch({ type: "uploads_restored", uploads: [] });
  else void running().then((one) => one.restore());
}

export function stopUploads(): void {
  void uploader?.then((one) => one.stop());
  uploader = null;
  flagged = null;
}

/** On logout: they are taken back. */
export function forgetUploads(userId: string): void {
  remove(flag(userId));
  void uploader?.then((one) => one.cancel(listed(getChat().uploads).map(({ id }) => id)));
}

/** Called with every change of the state: keeps the flag true, and forgets what is gone from it. */
export function uploadsChanged(userId: string, after: UploadsState, before: UploadsState): void {
  const gone = Object.keys(before.byId).filter((id) => !after.byId[id]);
  if (gone.length > 0) void uploader?.then((one) => one.gone(gone));
  const left = listed(after).some((one) => one.state !== "done");
  if (left === flagged || (!left && !after.restored)) return;
  flagged = left;
  if (left) save(flag(userId), "1");
  else remove(flag(userId));
}

export const attach = (conversationId: string, files: readonly File[]): Promise<string[]> =>
  add(files, { kind: "attach", conversationId });

/** Only stores them: `uploads.byId[id].fileId` tells when that is done. */
export const storeFiles = (files: readonly File[]): Promise<string[]> => add(files, { kind: "keep" });

async function add(files: readonly File[], purpose: Purpose): Promise<string[]> {
  return (await running()).add(files, purpose);
}

interface Processing {
  title: string;
  settings: ImageSettings;
  conversationId: string | null;
}

const planOf = ({ title, settings, conversationId }: Processing, expected: number): BatchPlan => ({
  clientId: uuid(),
  conversationId,
  title,
  expected,
  settings,
});

/** Makes a batch of these at once, so that everybody sees it, and a job of each as it is stored. */
export const process = (files: readonly File[], processing: Processing): Promise<string[]> =>
  add(files, { kind: "process", batch: planOf(processing, files.length) });

/** The same for files that waited in the compose box, however far they are. */
export async function processAttached(ids: readonly string[], processing: Processing): Promise<void> {
  (await running()).mean(ids, { kind: "process", batch: planOf(processing, ids.length) });
}

const tell = (what: (one: Uploader) => void): Promise<void> => running().then(what);

export const pauseUploads = (ids: readonly string[]): void => void tell((one) => one.pause(ids));
export const resumePaused = (ids: readonly string[]): void => void tell((one) => one.resume(ids));
export const retryUploads = (ids: readonly string[]): Promise<void> => tell((one) => one.retry(ids));
export const cancelUploads = (ids: readonly string[]): void => void tell((one) => one.cancel(ids));
export const pickedAgain = (files: readonly File[]): void => void tell((one) => one.found(files));
export const clearUploads = (): void => void tell((one) => one.clear());

/** These go with a message that is written: known at once, so that the message finds them. */
export function meanForMessage(ids: readonly string[], clientId: string): void {
  dispatch({ type: "uploads_meant", ids, purpose: { kind: "send", clientId } });
  void tell((one) => one.remember(ids));
}

/** The file itself, while this page has it: to be shown before the server knows what it is. */
export const previewOf = async (id: string): Promise<File | null> => (await running()).fileOf(id);

/** What is still on its way to a batch that is being cancelled. */
export const cancelOfBatch = (batchId: string): void => {
  void uploader?.then((one) => one.cancelBatch(batchId));
};
