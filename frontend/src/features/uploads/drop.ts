// Files out of a drop or the clipboard, folders included.

/** Of a folder at most so many: more than that is dropped by accident. */
const MOST_FILES = 10_000;

export const bringsFiles = (data: DataTransfer | null): boolean => data?.types.includes("Files") ?? false;

/** Everything that was dropped. Has to be called while the event is handled: the entries are gone afterwards. */
export async function droppedFiles(data: DataTransfer): Promise<File[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...data.files];
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const found: File[] = [];
  for (const entry of entries) if (entry) await walk(entry, found);
  return found;
}

async function walk(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= MOST_FILES) return;
  if (entry.isFile) {
    const file = await fileOf(entry as FileSystemFileEntry);
    // A folder brings what the system keeps in it for itself.
    if (file && !file.name.startsWith(".")) found.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (let some = await next(reader); some.length > 0; some = await next(reader)) {
    for (const one of some) await walk(one, found);
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File | null> =>
  new Promise((resolve) => entry.file(resolve, () => resolve(null)));

const next = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
