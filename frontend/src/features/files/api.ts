import { call, read } from "@/app/runtime";
import { dispatch } from "@/app/store";
import { Gatherer } from "@/lib/gather";

/** Ids that one `file.list` takes (contracts/file.py). */
const MOST_IDS = 200;
const PAGE = 30;

const gatherer = new Gatherer(async (ids) => {
  const at = Date.now();
  const { files } = await read("file.list", { ids, limit: MOST_IDS });
  dispatch({ type: "files", asked: ids, files, at });
}, MOST_IDS);

/** Makes sure that these files are known soon, with links that work. */
export const wantFiles = (ids: Iterable<string>): void => gatherer.want(ids);

interface Listing {
  /** Everybody's files there, instead of mine. */
  conversationId?: string;
  cursor: string | null;
}

/** A page of files, newest first; they are in the state too. */
export async function listFiles({ conversationId, cursor }: Listing) {
  const at = Date.now();
  const { files, next } = await read("file.list", { conversation_id: conversationId, cursor, limit: PAGE });
  dispatch({ type: "files", asked: [], files, at });
  return { items: files, next };
}

export async function deleteFile(fileId: string): Promise<void> {
  await call("file.delete", { file_id: fileId });
}
