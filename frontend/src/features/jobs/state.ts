import { isShownElsewhere } from "@/features/jobs/chain";
import type { Batch, EventFrame, Job, JobProgress, JobState, SignalFrame } from "@/lib/frames";

interface Told {
  readonly attempt: number;
  readonly n: number;
  readonly progress: JobProgress;
}

/** `gone`: jobs and batches that were deleted or are not mine to see, with the `rev` of that. */
export interface JobsState {
  readonly jobs: Readonly<Record<string, Job>>;
  readonly batches: Readonly<Record<string, Batch>>;
  readonly told: Readonly<Record<string, Told>>;
  readonly gone: Readonly<Record<string, number>>;
}

export const NO_JOBS: JobsState = { jobs: {}, batches: {}, told: {}, gone: {} };

const OVER: ReadonlySet<JobState> = new Set<JobState>(["succeeded", "failed", "cancelled"]);

export const isOver = (job: Job): boolean => OVER.has(job.state);

export const isBatchOver = (batch: Batch): boolean => batch.finished_at !== null;

/** Takes those that are newer than what is known. */
export function jobsLoaded(state: JobsState, jobs: readonly Job[]): JobsState {
  const news = jobs.filter(
    (job) => job.rev > (state.jobs[job.id]?.rev ?? -1) && job.rev > (state.gone[job.id] ?? -1),
  );
  if (news.length === 0) return state;
  const ended = news.filter((job) => isOver(job) && state.told[job.id]);
  return {
    ...state,
    jobs: { ...state.jobs, ...Object.fromEntries(news.map((job) => [job.id, job])) },
    told: ended.length > 0 ? without(state.told, ended) : state.told,
  };
}

export function batchesLoaded(state: JobsState, batches: readonly Batch[]): JobsState {
  const news = batches.filter((batch) => batch.rev > (state.batches[batch.id]?.rev ?? -1));
  if (news.length === 0) return state;
  const byId = Object.fromEntries(news.map((batch) => [batch.id, batch]));
  return { ...state, batches: { ...state.batches, ...byId } };
}

/** Asked for, and not there for me. */
export function jobsMissing(state: JobsState, ids: readonly string[]): JobsState {
  const gone = Object.fromEntries(ids.map((id) => [id, state.jobs[id]?.rev ?? 0]));
  const [jobs, batches] = [{ ...state.jobs }, { ...state.batches }];
  for (const id of ids) {
    delete jobs[id];
    delete batches[id];
  }
  return { ...state, jobs, batches, gone: { ...state.gone, ...gone } };
}

/** All of them at once: a large batch brings thousands, and each copy of the state costs. */
export function jobsOnEvents(state: JobsState, frames: readonly EventFrame[]): JobsState {
  const changed = newest(frames.flatMap((frame) => (frame.event === "job.changed" ? [frame.data.job] : [])));
  const batches = frames.flatMap((frame) => (frame.event === "batch.changed" ? [frame.data.batch] : []));
  const loaded = batchesLoaded(jobsLoaded(state, changed), newest(batches));
  return frames.reduce(
    (next, frame) =>
      frame.event === "job.deleted" ? deleted(next, frame.data.job_id, frame.data.rev) : next,
    loaded,
  );
}

/** Progress of an older attempt, or older than what is known, says nothing. */
export function jobsOnSignals(state: JobsState, signals: readonly SignalFrame[]): JobsState {
  const told = { ...state.told };
  let news = false;
  for (const { data } of signals) {
    if (!state.jobs[data.job_id] || !isNewer(data, told[data.job_id])) continue;
    told[data.job_id] = { attempt: data.attempt, n: data.n, progress: data.progress };
    news = true;
  }
  return news ? { ...state, told } : state;
}

const isNewer = (data: { attempt: number; n: number }, known: Told | undefined): boolean =>
  !known || data.attempt > known.attempt || (data.attempt === known.attempt && data.n > known.n);

/** What is known of a running job's progress: the signal's, or what came with the job. */
export function progressOf(state: JobsState, job: Job): JobProgress | null {
  if (job.state !== "running") return null;
  const told = state.told[job.id];
  return told && told.attempt >= job.attempt ? told.progress : job.progress;
}

export const jobsOfBatch = (state: JobsState, batchId: string): Job[] =>
  Object.values(state.jobs)
    .filter((job) => job.batch_id === batchId)
    .sort(oldestFirst);

export interface JobFilter {
  readonly state: JobState | null;
  readonly kind: string | null;
  readonly batchId: string | null;
  readonly conversationId?: string | null;
}

/**
 * Mine, or those of the batch or conversation, newest first; what changed so that it no longer fits is not among them.
 * A chain is its first step, unless one looks for a state or a kind.
 */
export const jobsMatching = (state: JobsState, filter: JobFilter, me: string): Job[] =>
  Object.values(state.jobs)
    .filter((job) => isThere(job, filter, me))
    .filter((job) => !filter.state || job.state === filter.state)
    .filter((job) => !filter.kind || job.kind === filter.kind)
    .filter((job) => filter.state || filter.kind || !isShownElsewhere(state, job))
    .sort((one, other) => oldestFirst(other, one));

function isThere(job: Job, { batchId, conversationId }: JobFilter, me: string): boolean {
  if (batchId) return job.batch_id === batchId;
  return conversationId ? job.conversation_id === conversationId : job.owner_id === me;
}

/** What may have changed while nobody listened: to be asked for again. */
export const unsettled = (state: JobsState): { jobs: string[]; batches: string[] } => ({
  jobs: Object.values(state.jobs)
    .filter((job) => !isOver(job))
    .map((job) => job.id),
  batches: Object.values(state.batches)
    .filter((batch) => !isBatchOver(batch))
    .map((batch) => batch.id),
});

const oldestFirst = (one: Job, other: Job): number =>
  one.created_at < other.created_at || (one.created_at === other.created_at && one.id < other.id) ? -1 : 1;

function newest<T extends { id: string; rev: number }>(items: readonly T[]): T[] {
  const byId = new Map<string, T>();
  for (const item of items) if (item.rev > (byId.get(item.id)?.rev ?? -1)) byId.set(item.id, item);
  return [...byId.values()];
}

function deleted(state: JobsState, id: string, rev: number): JobsState {
  const known = state.jobs[id];
  if (known && known.rev > rev) return state;
  const { [id]: _deleted, ...jobs } = state.jobs;
  return { ...state, jobs, gone: { ...state.gone, [id]: rev } };
}

function without(told: JobsState["told"], jobs: readonly Job[]): JobsState["told"] {
  const ids = new Set(jobs.map((job) => job.id));
  return Object.fromEntries(Object.entries(told).filter(([id]) => !ids.has(id)));
}
