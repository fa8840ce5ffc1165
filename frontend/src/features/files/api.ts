import { call, read } from "@/app/runtime";
import { dispatch } from "@/app/store";
import { Gatherer } from "@/lib/gather";

/** Ids that one `file.list` takes (contracts/file.py). */
const MOST_IDS = 200;

const gatherer = new Gatherer(async (ids) => {
  const at = Date.now();
  const { files } = await read("file.list", { ids, limit: MOST_IDS });
  dispatch({ type: "files", asked: ids, files, at });
}, MOST_IDS);

/** Makes sure that these files are known soon, with links that work. */
export const wantFiles = (ids: Iterable<string>): void => gatherer.want(ids);

export async function deleteFile(fileId: string): Promise<void> {
  await call("file.delete", { file_id: fileId });
}
