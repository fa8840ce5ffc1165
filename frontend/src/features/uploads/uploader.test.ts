import { describe, expect, it } from "vitest";
import { type Action, type ChatState, EMPTY, reduce } from "@/app/state";
import { DEFAULT_SETTINGS } from "@/features/jobs/settings";
import type { KeptUpload } from "@/features/uploads/kept";
import { newUpload, type Purpose, type Upload } from "@/features/uploads/state";
import type { TransferOptions } from "@/features/uploads/transfer";
import { Uploader } from "@/features/uploads/uploader";
import { WarrenError } from "@/lib/errors";
import { ME, TALK } from "@/testing";

const named = (name: string, size = 10) => new File(["x".repeat(size)], name, { type: "image/jpeg" });
const attach: Purpose = { kind: "attach", conversationId: TALK };
const plan = {
  clientId: "plan",
  conversationId: TALK,
  title: "2 pictures",
  expected: 2,
  settings: DEFAULT_SETTINGS,
};
const forBatch: Purpose = { kind: "process", batch: plan };

/** An uploader whose server is the test: it takes what `wire` has and answers by its callbacks. */
function setUp({ left = [], refusals = [] }: { left?: KeptUpload[]; refusals?: WarrenError[] } = {}) {
  let state: ChatState = EMPTY;
  let number = 0;
  const wire: TransferOptions[] = [];
  const told: string[] = [];
  const store = new Map(left.map((one) => [one.id, one]));
  const dispatch = (action: Action) => {
    state = reduce(state, action);
  };
  const uploader = new Uploader({
    userId: ME,
    holder: "this page",
    state: () => state,
    dispatch,
    transfer: (options) => {
      wire.push(options);
      const say = (word: string) => async () => void told.push(`${word} ${options.name}`);
      return { pause: say("pause"), cancel: say("cancel") };
    },
    discard: async (url) => void told.push(`discard ${url}`),
    token: async () => "token",
    ready: async () => {},
    pause: async () => {},
    createBatch: async ({ clientId }) => {
      told.push(`batch ${clientId}`);
      return { id: "b1" };
    },
    closeBatch: (id) => told.push(`close ${id}`),
    createJob: async (_plan, batchId, fileId, clientId) => {
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      told.push(`job ${batchId} ${fileId} ${clientId}`);
    },
    kept: {
      load: async () => [...store.values()],
      keep: async (one) => void store.set(one.id, one),
      update: async (id, patch) => {
        const one = store.get(id);
        if (one) store.set(id, { ...one, ...patch });
      },
      forget: async (ids) => {
        for (const id of ids) store.delete(id);
      },
      mostBytes: 100,
    },
    claim: async (holder) => holder !== "another tab",
    uuid: () => `u${++number}`,
  });
  const rest = () => new Promise((resolve) => setTimeout(resolve, 0));
  const states = () => Object.values(state.uploads.byId).map((one) => `${one.name} ${one.state}`);
  return { uploader, wire, told, store, rest, states };
}

const kept = (id: string, patch: Partial<Upload>, more: Partial<KeptUpload> = {}): KeptUpload => ({
  id,
  userId: ME,
  holder: "before",
  upload: { ...newUpload(id, named(`${id}.jpg`), attach), ...patch },
  url: null,
  file: named(`${id}.jpg`),
  ...more,
});

describe("uploading", () => {
  it("sends three at once and the next when one is there", () => {
    const { uploader, wire, states } = setUp();
    uploader.add(
      ["1", "2", "3", "4"].map((name) => named(name)),
      attach,
    );
    expect(states()).toEqual(["1 running", "2 running", "3 running", "4 waiting"]);
    wire[0]?.onStored("f1");
    expect(states()).toEqual(["1 stored", "2 running", "3 running", "4 running"]);
  });

  it("goes on where it was after a pause", () => {
    const { uploader, wire, told, states } = setUp();
    const ids = uploader.add([named("1")], attach);
    wire[0]?.onUrl("/uploads/1");
    uploader.pause(ids);
    expect([states(), told]).toEqual([["1 paused"], ["pause 1"]]);
    uploader.resume(ids);
    expect(wire[1]).toMatchObject({ name: "1", url: "/uploads/1" });
  });

  it("waits without a network and goes on by itself, but stops where the server says no", async () => {
    const { uploader, wire, rest, states } = setUp();
    uploader.add([named("1")], attach);
    wire[0]?.onFailed({ code: "network", message: "", requestId: null });
    await rest();
    expect([states(), wire.length]).toEqual([["1 running"], 2]);
    wire[1]?.onFailed({ code: "too_large", message: "", requestId: "r" });
    await rest();
    expect([states(), wire.length]).toEqual([["1 failed"], 2]);
  });

  it("has the server forget what is cancelled, on its way or not", () => {
    const { uploader, wire, told, states } = setUp();
    const [sending, paused] = uploader.add([named("1"), named("2")], attach);
    wire[1]?.onUrl("/uploads/2");
    uploader.pause([paused ?? ""]);
    uploader.cancel([sending ?? "", paused ?? ""]);
    expect(told).toEqual(["pause 2", "cancel 1", "discard /uploads/2"]);
    expect(states()).toEqual([]);
  });
});

describe("pictures for a batch", () => {
  it("make the batch at once and a job of each as it is stored", async () => {
    const { uploader, wire, told, rest, states } = setUp();
    uploader.add([named("1"), named("2")], forBatch);
    expect(told).toEqual(["batch plan"]);
    wire[1]?.onStored("f2");
    await rest();
    expect(told).toEqual(["batch plan", "job b1 f2 u2"]);
    expect(states()).toEqual(["1 running", "2 done"]);
  });

  it("that the server is too busy for are tried again, and fail where it says no", async () => {
    const busy = new WarrenError("busy", "");
    const { uploader, wire, told, rest, states } = setUp({
      refusals: [busy, new WarrenError("not_found", "")],
    });
    uploader.add([named("1")], forBatch);
    wire[0]?.onStored("f1");
    await rest();
    expect(states()).toEqual(["1 failed"]);
    uploader.retry(["u1"]);
    await rest();
    expect(told).toContain("job b1 f1 u1");
  });

  it("close their batch when the last that was missing is cancelled", async () => {
    const { uploader, wire, told, rest } = setUp();
    uploader.add([named("1"), named("2")], forBatch);
    wire[0]?.onStored("f1");
    await rest();
    uploader.cancel(["u2"]);
    await rest();
    expect(told.at(-1)).toBe("close b1");
  });
});

describe("after a reload", () => {
  it("what was on its way goes on from where the server has it", async () => {
    const { uploader, wire } = setUp({ left: [kept("a", { state: "running" }, { url: "/uploads/a" })] });
    await uploader.restore();
    expect(wire[0]).toMatchObject({ name: "a.jpg", url: "/uploads/a" });
  });

  it("what was paused stays so, and what another tab has is left to it", async () => {
    const left = [kept("a", { state: "paused" }), kept("b", {}, { holder: "another tab" })];
    const { uploader, states } = setUp({ left });
    await uploader.restore();
    expect(states()).toEqual(["a.jpg paused"]);
  });

  it("a job that was not made yet is made, under the same key", async () => {
    const left = [kept("a", { state: "stored", fileId: "f1", purpose: forBatch }, { file: null })];
    const { uploader, told, rest } = setUp({ left });
    await uploader.restore();
    await rest();
    expect(told).toEqual(["batch plan", "job b1 f1 a"]);
  });

  it("a file that was too large to keep is picked again", async () => {
    const { uploader, wire, store, states, rest } = setUp();
    uploader.add([named("large", 101)], attach);
    await rest();
    const again = setUp({ left: [...store.values()] });
    await again.uploader.restore();
    expect([states(), again.states()]).toEqual([["large running"], ["large lost"]]);
    again.uploader.found([named("other", 101), named("large", 101)]);
    expect(again.states()).toEqual(["large running"]);
    expect(wire).toHaveLength(1);
  });

  it("nothing is left of what was done", async () => {
    const { uploader, wire, store, rest } = setUp();
    uploader.add([named("1")], forBatch);
    await rest();
    expect(store.size).toBe(1);
    wire[0]?.onStored("f1");
    await rest();
    expect(store.size).toBe(0);
  });
});
