// Uploads survive a reload: what is known of each, and its bytes where they are not too many, in IndexedDB.

import type { Upload } from "@/features/uploads/state";

/** `holder`: the page that it belongs to. `url`: where the server has the first part of it. `file` is missing where it was too large to keep. */
export interface KeptUpload {
  id: string;
  userId: string;
  holder: string;
  upload: Upload;
  url: string | null;
  file: File | null;
}

const NAME = "warren-uploads";
const STORE = "uploads";
/** Keeping copies the bytes on this device: more than this of one file, or of all together, has to be picked again. */
export const MOST_KEPT_BYTES = 512 * 1024 * 1024;

let opened: Promise<IDBDatabase> | null = null;

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** Where nothing can be kept (a private window, a full disk), uploads live as long as the page: that is no failure. */
async function attempt<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<T>,
  otherwise: T,
): Promise<T> {
  try {
    const database = await open();
    return await work(database.transaction(STORE, mode).objectStore(STORE));
  } catch {
    return otherwise;
  }
}

export const loadKept = (userId: string): Promise<KeptUpload[]> =>
  attempt(
    "readonly",
    async (store) => (await done<KeptUpload[]>(store.getAll())).filter((one) => one.userId === userId),
    [],
  );

export const keep = (one: KeptUpload): Promise<unknown> =>
  attempt<unknown>("readwrite", (store) => done(store.put(one)), undefined);

export const forget = (ids: readonly string[]): Promise<unknown> =>
  attempt<unknown>("readwrite", (store) => Promise.all(ids.map((id) => done(store.delete(id)))), undefined);

/** Changes what is known of one that is kept; its bytes stay where they are. */
export const update = (id: string, patch: Partial<KeptUpload>): Promise<unknown> =>
  attempt<unknown>(
    "readwrite",
    async (store) => {
      const known = await done<KeptUpload | undefined>(store.get(id));
      if (known) await done(store.put({ ...known, ...patch }));
    },
    undefined,
  );
