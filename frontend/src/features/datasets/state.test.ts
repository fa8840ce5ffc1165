import { describe, expect, it } from "vitest";
import { datasetsLoaded, datasetsOnEvent, NO_DATASETS } from "@/features/datasets/state";
import type { EventFrame } from "@/lib/frames";
import { dataset } from "@/testing";

const one = dataset({ rev: 2, rows: 10 });
const known = datasetsLoaded(NO_DATASETS, [one]);
const changed = (rev: number, rows: number): EventFrame => ({
  event: "dataset.changed",
  pos: 1,
  data: { dataset: { ...one, rev, rows } },
});
const deleted = (rev: number): EventFrame => ({
  event: "dataset.deleted",
  pos: 1,
  data: { dataset_id: one.id, rev },
});

describe("datasets", () => {
  it("take what is newer, and nothing that is older", () => {
    expect(datasetsOnEvent(known, changed(3, 20)).byId[one.id]?.rows).toBe(20);
    expect(datasetsOnEvent(known, changed(2, 20))).toBe(known);
  });

  it("that were deleted do not come back by an older answer", () => {
    const state = datasetsLoaded(datasetsOnEvent(known, deleted(5)), [{ ...one, rev: 4 }]);
    expect(state.byId).toEqual({});
    expect(state.gone[one.id]).toBe(5);
  });

  it("outlive a deletion that is older than what is known", () => {
    expect(datasetsOnEvent(known, deleted(1))).toBe(known);
  });
});
