import { call, keyed, read } from "@/app/runtime";
import { dispatch } from "@/app/store";
import { accessToken } from "@/features/auth/session";
import { asWarrenError } from "@/lib/errors";
import type { Dataset, Job, Reply, RequestData } from "@/lib/frames";
import { Gatherer } from "@/lib/gather";
import { answerOf } from "@/lib/http";
import { uuid } from "@/lib/ids";

/** What one looks at: which rows, and in which order. `sort`: a column's name, with `-` before it downwards. */
export interface View {
  readonly sort: string | null;
  readonly filter: readonly string[];
}

export type RowPage = Reply<"dataset.rows">;

const PAGE = 50;

const known = (datasets: readonly Dataset[]): void => dispatch({ type: "datasets", datasets });

const gatherer = new Gatherer(async ([id = ""]) => {
  try {
    known([(await read("dataset.get", { dataset_id: id })).dataset]);
  } catch (error) {
    if (asWarrenError(error).code === "not_found") dispatch({ type: "dataset_gone", id });
  }
}, 1);

export const wantDatasets = (ids: Iterable<string>): void => gatherer.want(ids);

/** A page of my datasets; they are in the state too. */
export async function listDatasets(q: string, cursor: string | null) {
  const { datasets, next } = await read("dataset.list", { q, cursor, limit: PAGE });
  known(datasets);
  return { items: datasets, next };
}

export async function fetchDataset(id: string): Promise<Reply<"dataset.get">> {
  const details = await read("dataset.get", { dataset_id: id });
  known([details.dataset]);
  return details;
}

interface RowsWanted extends View {
  datasetId: string;
  cursor: string | null;
  skip: number;
  limit: number;
}

export const fetchRows = ({ datasetId, filter, ...wanted }: RowsWanted): Promise<RowPage> =>
  read("dataset.rows", { dataset_id: datasetId, filter: [...filter], ...wanted });

export const countRows = (datasetId: string, filter: readonly string[]): Promise<Reply<"dataset.count">> =>
  read("dataset.count", { dataset_id: datasetId, filter: [...filter] });

export const columnStats = (
  datasetId: string,
  column: string,
  filter: readonly string[],
): Promise<Reply<"dataset.stats">> =>
  read("dataset.stats", { dataset_id: datasetId, column, filter: [...filter] });

export async function renameDataset(id: string, name: string): Promise<void> {
  known([await call("dataset.rename", { dataset_id: id, name })]);
}

export async function deleteDataset(id: string): Promise<void> {
  await call("dataset.delete", { dataset_id: id });
  dispatch({ type: "dataset_gone", id });
}

export const undoImport = (datasetId: string, importId: string): Promise<Reply<"dataset.undo">> =>
  call("dataset.undo", { dataset_id: datasetId, import_id: importId });

export async function listRejects(importId: string, cursor: string | null) {
  const { rejects, next } = await read("import.rejects", { import_id: importId, cursor, limit: PAGE });
  return { items: rejects.map((reject, index) => ({ ...reject, id: `${cursor}:${index}` })), next };
}

/** `report`: a table of what was wrong; `rows`: the rows as they were, to be corrected and imported again. */
export async function downloadRejects(importId: string, form: "report" | "rows"): Promise<void> {
  const token = await accessToken({ fresh: false });
  const url = `/api/v1/imports/${importId}/rejects/content?form=${form}`;
  saveAs(await answerOf(blobOf(url, token)), `${form}.csv`);
}

async function blobOf(url: string, token: string) {
  const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  return response.ok
    ? { data: await response.blob(), response }
    : { error: await response.json().catch(() => null), response };
}

function saveAs(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Parameters of a job are any JSON; the generated type of such a field is one of an empty object. */
type Params = RequestData<"job.create">["params"];

interface Wanted {
  kind: "dataset.preview" | "dataset.import" | "dataset.export";
  params: object;
  conversationId?: string | null;
  /** Made once under it, however often it is asked for. */
  clientId?: string;
}

export async function createJob({ kind, params, conversationId, clientId }: Wanted): Promise<Job> {
  const { job } = await keyed("job.create", {
    kind,
    params: params as Params,
    conversation_id: conversationId ?? null,
    client_id: clientId ?? uuid(),
  });
  dispatch({ type: "jobs", jobs: [job] });
  return job;
}

export const fetchImport = (id: string): Promise<Reply<"import.get">> =>
  read("import.get", { import_id: id });
