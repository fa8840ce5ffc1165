import { connected } from "@/app/runtime";
import { dispatch, getChat, useStore } from "@/app/store";
import { accessToken } from "@/features/auth/session";
import { cancelBatch } from "@/features/jobs/api";
import { createBatch, createJob } from "@/features/jobs/create";
import * as kept from "@/features/uploads/kept";
import { discard, transfer } from "@/features/uploads/transfer";
import { Uploader } from "@/features/uploads/uploader";
import { uuid } from "@/lib/ids";

const holder = uuid();
void claim(holder);

const token = (): Promise<string> => accessToken({ fresh: false });

/** Locks end with their page. Browsers have them only on https and localhost; elsewhere the server's lock settles it. */
async function claim(holder: string): Promise<boolean> {
  if (!navigator.locks) return true;
  return new Promise((resolve) => {
    void navigator.locks.request(`warren.uploads.${holder}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<void>(() => undefined);
    });
  });
}

/**
 * A batch that was promised more pictures than came would wait for them for ever: cancelling it once its jobs are over
 * ends that, and changes nothing else.
 */
function closeBatch(id: string): void {
  const look = (): boolean => {
    const batch = getChat().jobs.batches[id];
    if (!batch || batch.waiting + batch.running > 0) return false;
    if (batch.finished_at === null) void cancelBatch(id).catch(() => undefined);
    return true;
  };
  if (look()) return;
  const stop = useStore.subscribe(() => look() && stop());
}

/** The uploader of who is logged in. */
export function startUploader(): Uploader {
  const userId = getChat().me?.id ?? "";
  return new Uploader({
    userId,
    holder,
    state: getChat,
    dispatch,
    transfer,
    discard: (url) => discard(url, token),
    token,
    ready: connected,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    createBatch,
    closeBatch,
    createJob,
    kept: {
      load: () => kept.loadKept(userId),
      keep: kept.keep,
      update: kept.update,
      forget: kept.forget,
      mostBytes: kept.MOST_KEPT_BYTES,
    },
    claim,
    uuid,
  });
}
