import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  batchesLoaded,
  type JobsState,
  jobsLoaded,
  jobsMatching,
  jobsMissing,
  jobsOfBatch,
  jobsOnEvents,
  jobsOnSignals,
  NO_JOBS,
  progressOf,
  unsettled,
} from "@/features/jobs/state";
import type { EventFrame, Job, SignalFrame } from "@/lib/frames";
import { at, batch, job, ME, never } from "@/testing";

const changed = (one: Job, pos = 1): EventFrame => ({ event: "job.changed", pos, data: { job: one } });
const signal = (attempt: number, n: number, percent: number): SignalFrame => ({
  event: "job.progress",
  data: { job_id: job().id, attempt, n, progress: { percent } },
});
const running = jobsLoaded(NO_JOBS, [job({ state: "running", attempt: 2 })]);
const percent = (state: JobsState) => progressOf(state, state.jobs[job().id] ?? never())?.percent;

describe("a job", () => {
  it("is what its newest revision says, in whatever order and however often they come", () => {
    const history = [1, 2, 3, 4, 5].map((rev) => changed(job({ rev, subject: `rev ${rev}` })));
    fc.assert(
      fc.property(fc.shuffledSubarray(history, { minLength: 5 }), fc.nat(5), (order, cut) => {
        const parts = [order.slice(0, cut), order.slice(cut), order];
        const state = parts.reduce(jobsOnEvents, NO_JOBS);
        expect(state.jobs[job().id]?.subject).toBe("rev 5");
      }),
    );
  });

  it("takes progress of its attempt, and nothing that is older than what it has", () => {
    const state = jobsOnSignals(running, [signal(2, 5, 40), signal(2, 4, 30), signal(1, 9, 90)]);
    expect(percent(state)).toBe(40);
  });

  it("of a new attempt does not show the progress of the one before", () => {
    const state = jobsOnEvents(jobsOnSignals(running, [signal(2, 5, 40)]), [
      changed(job({ rev: 9, state: "running", attempt: 3, progress: null })),
    ]);
    expect(percent(state)).toBeUndefined();
  });

  it("that is over forgets its progress", () => {
    const state = jobsOnEvents(jobsOnSignals(running, [signal(2, 5, 40)]), [
      changed(job({ rev: 9, state: "succeeded", attempt: 2 })),
    ]);
    expect(state.told).toEqual({});
  });

  it("that was deleted does not come back with an older answer", () => {
    const gone = jobsOnEvents(running, [
      { event: "job.deleted", pos: 2, data: { job_id: job().id, rev: 7 } },
    ]);
    expect(jobsLoaded(gone, [job({ rev: 6 })]).jobs).toEqual({});
  });

  it("that nobody shows me is gone from every list", () => {
    expect(jobsMatching(jobsMissing(running, [job().id]), noFilter, ME)).toEqual([]);
  });
});

const noFilter = { state: null, kind: null, batchId: null };

describe("lists of jobs", () => {
  const mine = job({ id: "j1", created_at: at(1), state: "failed" });
  const later = job({ id: "j2", created_at: at(2), batch_id: "b1" });
  const theirs = job({ id: "j3", created_at: at(3), owner_id: "somebody", batch_id: "b1" });
  const state = jobsLoaded(NO_JOBS, [mine, later, theirs]);
  const ids = (jobs: Job[]) => jobs.map((one) => one.id);

  it("have mine, newest first, and of a batch everybody's", () => {
    expect(ids(jobsMatching(state, noFilter, ME))).toEqual(["j2", "j1"]);
    expect(ids(jobsMatching(state, { ...noFilter, batchId: "b1" }, ME))).toEqual(["j3", "j2"]);
  });

  it("lose what no longer fits their filter", () => {
    const failed = { ...noFilter, state: "failed" as const };
    expect(ids(jobsMatching(state, failed, ME))).toEqual(["j1"]);
    const again = jobsOnEvents(state, [changed({ ...mine, rev: 9, state: "queued" })]);
    expect(jobsMatching(again, failed, ME)).toEqual([]);
  });

  it("of a batch's card begin with the first that was made", () => {
    expect(ids(jobsOfBatch(state, "b1"))).toEqual(["j2", "j3"]);
  });
});

describe("a batch", () => {
  it("never goes back to an older revision", () => {
    const state = batchesLoaded(NO_JOBS, [batch({ rev: 4, succeeded: 3 })]);
    const older: EventFrame = { event: "batch.changed", pos: 1, data: { batch: batch({ rev: 3 }) } };
    expect(jobsOnEvents(state, [older])).toBe(state);
  });

  it("is asked for again after the page was away, as its jobs are, unless they are over", () => {
    const jobs = jobsLoaded(NO_JOBS, [job({ id: "j1" }), job({ id: "j2", state: "cancelled" })]);
    const state = batchesLoaded(jobs, [batch({ id: "b1" }), batch({ id: "b2", finished_at: at(5) })]);
    expect(unsettled(state)).toEqual({ jobs: ["j1"], batches: ["b1"] });
  });
});
