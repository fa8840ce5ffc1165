import { describe, expect, it } from "vitest";
import { dueIn, filesLoaded, filesOnEvent, linksFailed, NO_FILES } from "@/features/files/state";
import type { EventFrame } from "@/lib/frames";
import { file, never } from "@/testing";

const fresh = file("f1", { inspected: false, rev: 1 });
const inspected = (rev: number): EventFrame => ({
  event: "file.inspected",
  pos: 1,
  data: {
    file_id: fresh.id,
    media_type: "image/jpeg",
    width: 40,
    height: 30,
    frames: 1,
    thumbhash: null,
    thumbnail: true,
    problem: null,
    rev,
  },
});
const known = (state: typeof NO_FILES) => state.byId[fresh.id] ?? never();

describe("files", () => {
  it("that were asked for and did not come are gone", () => {
    const state = filesLoaded(NO_FILES, [fresh.id, "f2"], [fresh], 5);
    expect(state.gone).toEqual({ f2: true });
    expect(known(state).file).toEqual(fresh);
  });

  it("become pictures when they are inspected, and their new links are asked for at once", () => {
    const state = filesOnEvent(filesLoaded(NO_FILES, [fresh.id], [fresh], 1000), inspected(2));
    expect(known(state).file).toMatchObject({ inspected: true, width: 40, media_type: "image/jpeg" });
    expect(dueIn(known(state), 2000)).toBe(0);
  });

  it("take nothing from an event that is older than what is known", () => {
    const state = filesLoaded(NO_FILES, [fresh.id], [{ ...fresh, rev: 3 }], 1000);
    expect(filesOnEvent(state, inspected(2))).toBe(state);
  });

  it("keep what a newer event told when an older answer brings fresh links", () => {
    const told = filesOnEvent(filesLoaded(NO_FILES, [fresh.id], [fresh], 1000), inspected(2));
    const state = filesLoaded(told, [fresh.id], [{ ...fresh, content_url: "/new" }], 2000);
    expect(known(state).file).toMatchObject({ content_url: "/new", width: 40 });
  });

  it("are looked at again and again, ever more rarely, until they are inspected", () => {
    const once = filesLoaded(NO_FILES, [fresh.id], [fresh], 0);
    const twice = filesLoaded(once, [fresh.id], [fresh], 0);
    expect([dueIn(known(once), 0), dueIn(known(twice), 0)]).toEqual([1000, 2000]);
  });

  it("have their links renewed before the hour is over, or when one of them failed", () => {
    const state = filesLoaded(NO_FILES, [fresh.id], [{ ...fresh, inspected: true }], 1000);
    expect(dueIn(known(state), 1000)).toBe(50 * 60_000);
    expect(dueIn(known(linksFailed(state, fresh.id)), 1000)).toBe(0);
  });

  it("that were deleted are gone", () => {
    const state = filesOnEvent(NO_FILES, {
      event: "file.deleted",
      pos: 1,
      data: { file_id: fresh.id, rev: 4 },
    });
    expect(state.gone[fresh.id]).toBe(true);
  });
});
