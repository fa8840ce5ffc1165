import { describe, expect, it } from "vitest";
import { currentStep, stepsOf } from "@/features/jobs/chain";
import { jobsLoaded, jobsMatching, NO_JOBS } from "@/features/jobs/state";
import type { JobState } from "@/lib/frames";
import { job, ME } from "@/testing";

const chain = (...states: JobState[]) =>
  states.map((state, index) => job({ id: `j${index}`, chain_id: "j0", state }));
const at = (...states: JobState[]) => currentStep(chain(...states))?.id;

describe("a chain", () => {
  it("is where its first step is that is not done", () => {
    expect(at("running", "waiting", "waiting")).toBe("j0");
    expect(at("succeeded", "queued", "waiting")).toBe("j1");
    expect(at("succeeded", "failed", "cancelled")).toBe("j1");
    expect(at("succeeded", "succeeded")).toBe("j1");
  });

  it("has its steps in order, however they came", () => {
    const state = jobsLoaded(NO_JOBS, [
      ...chain("succeeded", "running", "waiting").reverse(),
      job({ id: "x" }),
    ]);
    expect(stepsOf(state, "j0").map(({ id }) => id)).toEqual(["j0", "j1", "j2"]);
  });

  it("is one entry of the list, unless one looks for a state or its first step is not known", () => {
    const [first, ...rest] = chain("succeeded", "failed");
    const filter = { state: null, kind: null, batchId: null };
    const listed = (state: typeof NO_JOBS, patch = {}) =>
      jobsMatching(state, { ...filter, ...patch }, ME).map(({ id }) => id);
    const all = jobsLoaded(NO_JOBS, first ? [first, ...rest] : []);
    expect(listed(all)).toEqual(["j0"]);
    expect(listed(all, { state: "failed" })).toEqual(["j1"]);
    expect(listed(jobsLoaded(NO_JOBS, rest))).toEqual(["j1"]);
  });
});
