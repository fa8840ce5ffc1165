import { describe, expect, it } from "vitest";
import {
  attachedTo,
  filesFor,
  messageConfirmed,
  NO_UPLOADS,
  newUpload,
  totals,
  type UploadsAction,
  type UploadsState,
  uploadsReduce,
} from "@/features/uploads/state";
import { TALK } from "@/testing";

const upload = (id: string, size: number) =>
  newUpload(id, { name: `${id}.jpg`, size, type: "image/jpeg" } as File, {
    kind: "attach",
    conversationId: TALK,
  });
const run = (...actions: UploadsAction[]): UploadsState => actions.reduce(uploadsReduce, NO_UPLOADS);
const two = { type: "uploads_added", uploads: [upload("a", 1000), upload("b", 3000)] } as const;
const started = { type: "uploads_moved", ids: ["a", "b"], state: "running" } as const;
const progress = (id: string, sent: number, at: number) =>
  ({ type: "upload_progress", id, sent, at }) as const;
const list = (state: UploadsState) => Object.values(state.byId);

describe("the tray", () => {
  it("adds up sizes, rates and the time that is left", () => {
    const state = run(two, started, progress("b", 0, 0), progress("b", 1000, 1000));
    expect(totals(list(state))).toEqual({
      count: 2,
      finished: 0,
      size: 4000,
      sent: 1000,
      rate: 1000,
      secondsLeft: 3,
    });
  });

  it("smooths a rate, so that one slow part does not double the time that is left", () => {
    const state = run(
      two,
      started,
      progress("b", 0, 0),
      progress("b", 1000, 1000),
      progress("b", 1000, 2000),
    );
    expect(state.byId.b?.rate).toBeCloseTo(700);
  });

  it("takes no progress of what is paused, and keeps how far it was", () => {
    const paused = { type: "uploads_moved", ids: ["b"], state: "paused" } as const;
    const state = run(two, started, progress("b", 500, 0), paused, progress("b", 900, 50));
    expect(state.byId.b).toMatchObject({ state: "paused", sent: 500, rate: 0 });
  });

  it("says why one failed, and nothing any more once it is tried again", () => {
    const error = { code: "too_large", message: "", requestId: "r1" };
    const failed = run(two, started, { type: "upload_failed", id: "a", error });
    expect(failed.byId.a).toMatchObject({ state: "failed", error });
    const again = uploadsReduce(failed, { type: "uploads_moved", ids: ["a"], state: "waiting" });
    expect(again.byId.a).toMatchObject({ state: "waiting", error: null });
  });
});

describe("the files of a message", () => {
  const stored = (id: string) => ({ type: "upload_stored", id, fileId: `file-${id}` }) as const;
  const restored = { type: "uploads_restored", uploads: [] } as const;

  it("are there when the last of them is stored, in the order in which they were chosen", () => {
    expect(filesFor(run(two, stored("b")), ["a", "b"])).toBeNull();
    expect(filesFor(run(two, stored("b"), stored("a")), ["a", "b"])).toEqual(["file-a", "file-b"]);
  });

  it("are stuck when one failed, or was taken away", () => {
    const error = { code: "internal", message: "", requestId: null };
    expect(filesFor(run(two, { type: "upload_failed", id: "a", error }), ["a", "b"])).toBe("stuck");
    expect(filesFor(run(two, restored, { type: "uploads_removed", ids: ["a"] }), ["a"])).toBe("stuck");
  });

  it("are waited for until the page knows what was left over", () => {
    expect(filesFor(NO_UPLOADS, ["a"])).toBeNull();
    expect(filesFor(run(restored), ["a"])).toBe("stuck");
  });

  it("leave the compose box with the message, and the tray when it has arrived", () => {
    const purpose = { kind: "send", clientId: "m1" } as const;
    const state = run(two, { type: "uploads_meant", ids: ["a"], purpose });
    expect(attachedTo(state, TALK).map((one) => one.id)).toEqual(["b"]);
    expect(Object.keys(messageConfirmed(state, "m1").byId)).toEqual(["b"]);
  });
});
