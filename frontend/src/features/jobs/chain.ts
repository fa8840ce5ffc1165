import type { JobsState } from "@/features/jobs/state";
import type { Job } from "@/lib/frames";

/** The steps of a chain that are known, in order. */
export const stepsOf = (state: JobsState, chainId: string): Job[] =>
  Object.values(state.jobs)
    .filter((job) => job.chain_id === chainId)
    .sort((one, other) => (one.id < other.id ? -1 : 1));

/** Where a chain is: at the first step that is not done, in the end at its last. `steps`: at least one. */
export const currentStep = (steps: readonly Job[]): Job | undefined =>
  steps.find((job) => job.state !== "succeeded") ?? steps.at(-1);

/** A later step, which is shown with the first one where that is known. */
export const isShownElsewhere = (state: JobsState, job: Job): boolean =>
  job.chain_id !== null && job.chain_id !== job.id && state.jobs[job.chain_id] !== undefined;
