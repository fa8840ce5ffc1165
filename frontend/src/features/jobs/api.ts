import { call, keyed, read } from "@/app/runtime";
import { dispatch, getChat } from "@/app/store";
import type { JobFilter } from "@/features/jobs/state";
import { asWarrenError } from "@/lib/errors";
import type { Batch, Job, Reply } from "@/lib/frames";
import { Gatherer } from "@/lib/gather";
import { uuid } from "@/lib/ids";

/** Ids that one `job.list` takes, and jobs of one page (contracts/job.py). */
const MOST_IDS = 200;
const PAGE = 50;

const jobGatherer = new Gatherer(async (ids) => {
  const { jobs } = await read("job.list", { ids, limit: MOST_IDS });
  known(jobs);
  const came = new Set(jobs.map((job) => job.id));
  const missing = ids.filter((id) => !came.has(id));
  if (missing.length > 0) dispatch({ type: "jobs_missing", ids: missing });
}, MOST_IDS);

const batchGatherer = new Gatherer(async ([id = ""]) => {
  try {
    dispatch({ type: "batches", batches: [await read("batch.get", { batch_id: id })] });
  } catch (error) {
    if (asWarrenError(error).code === "not_found") dispatch({ type: "jobs_missing", ids: [id] });
  }
}, 1);

function known(jobs: readonly Job[]): void {
  dispatch({ type: "jobs", jobs });
}

function told(batch: Batch): Batch {
  dispatch({ type: "batches", batches: [batch] });
  return batch;
}

export const wantJobs = (ids: Iterable<string>): void => jobGatherer.want(ids);
export const wantBatches = (ids: Iterable<string>): void => batchGatherer.want(ids);

export function refresh(jobs: string[], batches: string[]): void {
  wantJobs(jobs);
  wantBatches(batches);
}

/** The job with its timeline. */
export async function fetchJob(id: string): Promise<Job> {
  const job = await read("job.get", { job_id: id });
  known([job]);
  return job;
}

/** The next page of the list, in order; all of it is in the state too. */
export async function listJobs(filter: JobFilter, cursor: string | null): Promise<Reply<"job.list">> {
  const page = await read("job.list", {
    state: filter.state,
    kind: filter.kind,
    batch_id: filter.batchId,
    conversation_id: filter.conversationId,
    cursor,
    limit: PAGE,
  });
  known(page.jobs);
  return page;
}

const chainGatherer = new Gatherer(async ([id = ""]) => {
  known((await read("job.list", { chain_id: id, limit: PAGE })).jobs);
}, 1);

/** The steps of a chain, by the id of its first. */
export const loadChain = (id: string): void => chainGatherer.want([id]);

/** The jobs that a batch's card shows. */
export async function loadBatchJobs(batchId: string, limit: number): Promise<void> {
  known((await read("job.list", { batch_id: batchId, limit })).jobs);
}

export const cancelJob = async (id: string): Promise<void> =>
  known([await call("job.cancel", { job_id: id })]);
export const retryJob = async (id: string): Promise<void> => known([await call("job.retry", { job_id: id })]);

export const pauseJob = async (id: string): Promise<void> => known([await call("job.pause", { job_id: id })]);
export const resumeJob = async (id: string): Promise<void> =>
  known([await call("job.resume", { job_id: id })]);

/** The same once more, with all its steps; the id of the new one. */
export async function replayJob(id: string): Promise<string> {
  const { job, steps } = await keyed("job.replay", { job_id: id, client_id: uuid() });
  known([job, ...steps]);
  return job.id;
}

export async function deleteJob(id: string): Promise<void> {
  await call("job.delete", { job_id: id });
  dispatch({ type: "jobs_missing", ids: [id] });
}

export async function cancelBatch(id: string): Promise<void> {
  told(await call("batch.cancel", { batch_id: id }));
}

export async function retryBatch(id: string): Promise<void> {
  told(await call("batch.retry", { batch_id: id }));
}

export async function pauseBatch(id: string): Promise<void> {
  told(await call("batch.pause", { batch_id: id }));
}

export async function resumeBatch(id: string): Promise<void> {
  told(await call("batch.resume", { batch_id: id }));
}

/** One after the other; those that it does not apply to are left as they are. Rejects with the first failure. */
export async function each(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
  let failure: unknown = null;
  for (const id of ids) {
    try {
      await work(id);
    } catch (error) {
      if (asWarrenError(error).code !== "conflict") failure ??= error;
    }
  }
  if (failure) throw failure;
}

export const batchOf = (id: string): Batch | undefined => getChat().jobs.batches[id];
