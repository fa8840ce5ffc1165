import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WarrenError } from "@/lib/errors";
import type { EventFrame, Snapshot } from "@/lib/frames";
import { restartDelay, Socket, type Status } from "@/lib/socket";
import { message, sent, snapshot } from "@/testing";

type Sent = { id?: number; op: string; data?: Record<string, unknown>; pos?: number };

/** Stands in the place of the browser's WebSocket; the test plays the server. */
class Line {
  readyState = 0;
  sent: Sent[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
  }
  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  say(...frames: object[]): void {
    this.onmessage?.({ data: frames.map((frame) => JSON.stringify(frame)).join("\n") });
  }
  hangUp(code: number, reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
  last(op: string): Sent {
    const found = this.sent.findLast((frame) => frame.op === op);
    if (!found) throw new Error(`No ${op} was sent.`);
    return found;
  }
}

function setUp({
  random = 0.5,
  token = async () => "token",
}: {
  random?: number;
  token?: () => Promise<string>;
} = {}) {
  const lines: Line[] = [];
  const events: EventFrame[] = [];
  const snapshots: Snapshot[] = [];
  const statuses: Status[] = [];
  const asked: boolean[] = [];
  const onSessionOver = vi.fn();
  const socket = new Socket({
    url: "ws://test/ws",
    token: ({ fresh }) => {
      asked.push(fresh);
      return token();
    },
    onSnapshot: (one) => snapshots.push(one),
    onEvents: (frames) => events.push(...frames),
    onStatus: (status) => statuses.push(status),
    onSessionOver,
    random: () => random,
    open: () => {
      const line = new Line();
      lines.push(line);
      return line as unknown as WebSocket;
    },
  });
  const line = () => {
    const one = lines.at(-1);
    if (!one) throw new Error("Nothing was opened.");
    return one;
  };
  const settle = () => vi.advanceTimersByTimeAsync(0);
  /** From the first byte to live, with a snapshot at this position. */
  const goLive = async (pos = 100) => {
    socket.start();
    await settle();
    line().accept();
    line().say({ id: line().last("hello").id, ok: { resumed: false, pos, epoch: "e1", ping_ms: 25_000 } });
    await settle();
    line().say({ id: line().last("bootstrap").id, ok: snapshot(pos, []) });
    await settle();
  };
  return { socket, lines, line, events, snapshots, statuses, asked, onSessionOver, settle, goLive };
}

const frame = (pos: number) => sent(pos, message(pos));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the first connection", () => {
  it("says hello with a token, takes a snapshot, and is live", async () => {
    const { line, snapshots, statuses, goLive } = setUp();
    await goLive();
    expect(line().last("hello").data).toEqual({ v: 1, token: "token" });
    expect(snapshots).toHaveLength(1);
    expect(statuses.at(-1)).toEqual({ name: "live" });
  });

  it("holds events back until the snapshot is there, and drops those it contains", async () => {
    const { socket, line, events, settle } = setUp();
    socket.start();
    await settle();
    line().accept();
    line().say(
      { id: line().last("hello").id, ok: { resumed: false, pos: 8, epoch: "e1" } },
      frame(9),
      frame(10),
    );
    await settle();
    line().say(frame(11));
    expect(events).toEqual([]);
    line().say({ id: line().last("bootstrap").id, ok: snapshot(10, []) });
    await settle();
    expect(events.map(({ pos }) => pos)).toEqual([11]);
  });

  it("asks for a snapshot on the next connection when this one was refused", async () => {
    const { socket, line, lines, settle } = setUp();
    socket.start();
    await settle();
    line().accept();
    line().say({ id: line().last("hello").id, ok: { resumed: false, pos: 8, epoch: "e1" } });
    await settle();
    line().say({ id: line().last("bootstrap").id, error: { code: "unavailable", message: "" } });
    await vi.advanceTimersByTimeAsync(2500);
    expect(lines).toHaveLength(2);
  });
});

describe("while live", () => {
  it("hands each position on once", async () => {
    const { line, events, goLive } = setUp();
    await goLive();
    line().say(frame(101), frame(102), frame(101));
    line().say(frame(102), frame(104));
    expect(events.map(({ pos }) => pos)).toEqual([101, 102, 104]);
  });

  it("acknowledges after 64 events at once", async () => {
    const { line, goLive } = setUp();
    await goLive();
    line().say(...Array.from({ length: 64 }, (_, index) => frame(101 + index)));
    expect(line().last("ack")).toEqual({ op: "ack", pos: 164 });
  });

  it("acknowledges fewer after a second", async () => {
    const { line, goLive } = setUp();
    await goLive();
    line().say(frame(101));
    expect(line().sent.some(({ op }) => op === "ack")).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(line().last("ack").pos).toBe(101);
  });

  it("answers a ping and takes its position for the cursor", async () => {
    const { line, lines, goLive } = setUp({ random: 0 });
    await goLive();
    line().say({ event: "ping", pos: 180 });
    expect(line().last("pong")).toEqual({ op: "pong" });
    line().hangUp(1006);
    await vi.advanceTimersByTimeAsync(0);
    lines[1]?.accept();
    expect(lines[1]?.last("hello").data?.resume).toEqual({ epoch: "e1", pos: 180 });
  });

  it("answers calls by their id, with the server's error where there is one", async () => {
    const { socket, line, goLive } = setUp();
    await goLive();
    const good = socket.call("user.me", {});
    const bad = socket.call("user.get", { user_id: "x" });
    const failure = expect(bad).rejects.toMatchObject({ code: "not_found", requestId: "r-7" });
    line().say({
      id: line().last("user.get").id,
      error: { code: "not_found", message: "No.", request_id: "r-7" },
    });
    line().say({ id: line().last("user.me").id, ok: { id: "me" } });
    await expect(good).resolves.toEqual({ id: "me" });
    await failure;
  });

  it("fails a call that is not answered in time", async () => {
    const { socket, goLive } = setUp();
    await goLive();
    const failure = expect(socket.call("user.me", {})).rejects.toMatchObject({ code: "timeout" });
    await vi.advanceTimersByTimeAsync(12_000);
    await failure;
  });

  it("gives a silent connection up after two pings did not come", async () => {
    const { lines, goLive } = setUp({ random: 0 });
    await goLive();
    await vi.advanceTimersByTimeAsync(55_001);
    expect(lines).toHaveLength(2);
  });

  it("puts a new token in the place of the old one in band", async () => {
    const { socket, line, goLive } = setUp();
    await goLive();
    const renewed = socket.renew("newer");
    expect(line().last("auth.refresh").data).toEqual({ token: "newer" });
    line().say({ id: line().last("auth.refresh").id, ok: { expires_in: 600 } });
    await renewed;
  });
});

describe("when the connection is lost", () => {
  it("fails pending calls at once and repeats reads when it is back", async () => {
    const { socket, line, goLive, settle } = setUp({ random: 0 });
    await goLive();
    const failure = expect(socket.call("user.me", {})).rejects.toMatchObject({ code: "disconnected" });
    const reading = socket.read("session.list", {});
    await settle();
    line().hangUp(1006);
    await failure;
    await settle();
    line().accept();
    line().say({ id: line().last("hello").id, ok: { resumed: true, pos: 120, epoch: "e1" } }, frame(120));
    await settle();
    line().say({ id: line().last("session.list").id, ok: { sessions: [] } });
    await expect(reading).resolves.toEqual({ sessions: [] });
  });

  it("resumes where it was and delivers what it missed, without a second snapshot", async () => {
    const { line, events, snapshots, goLive, settle } = setUp({ random: 0 });
    await goLive();
    line().hangUp(1006);
    await settle();
    line().accept();
    line().say({ id: line().last("hello").id, ok: { resumed: true, pos: 103, epoch: "e1" } });
    line().say(frame(101), frame(103), { event: "live", pos: 103 });
    await settle();
    expect(events.map(({ pos }) => pos)).toEqual([101, 103]);
    expect(snapshots).toHaveLength(1);
  });

  it("waits longer each time, up to 30 s, and never all clients at once", async () => {
    const { socket, lines, statuses, settle } = setUp({ random: 0.999_999 });
    socket.start();
    await settle();
    const pauses: number[] = [];
    for (let round = 0; round < 9; round++) {
      lines.at(-1)?.hangUp(1006);
      const status = statuses.at(-1);
      const pause = status?.name === "waiting" ? status.retryAt - Date.now() : 0;
      pauses.push(Math.round(pause / 100) / 10);
      await vi.advanceTimersByTimeAsync(pause + 1);
    }
    expect(pauses).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it("stays away as long as a restarting server asks", async () => {
    const { line, lines, goLive } = setUp();
    await goLive();
    line().hangUp(4001, "3200");
    await vi.advanceTimersByTimeAsync(3100);
    expect(lines).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(lines).toHaveLength(2);
  });

  it("asks for a fresh token when the old one expired", async () => {
    const { line, asked, goLive } = setUp({ random: 0 });
    await goLive();
    line().hangUp(4101);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([false, true]);
  });

  it("takes a new snapshot after its position was lost", async () => {
    const { line, goLive, settle } = setUp({ random: 0 });
    await goLive();
    line().hangUp(4010);
    await settle();
    line().accept();
    expect(line().last("hello").data).not.toHaveProperty("resume");
  });

  it("stops at 44xx until somebody asks for another try", async () => {
    const { socket, line, lines, statuses, goLive, settle } = setUp({ random: 0 });
    await goLive();
    line().hangUp(4409);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines).toHaveLength(1);
    expect(statuses.at(-1)).toEqual({ name: "stopped", code: 4409 });
    socket.retryNow();
    await settle();
    expect(lines).toHaveLength(2);
  });

  it("says that the session is over when no token is to be had", async () => {
    const over = async () => {
      throw new WarrenError("refresh_rejected", "");
    };
    const { socket, lines, onSessionOver, settle } = setUp({ token: over });
    socket.start();
    await settle();
    expect(onSessionOver).toHaveBeenCalledOnce();
    expect(lines).toHaveLength(0);
  });
});

describe("the delay of a restart", () => {
  it.each([
    ["3200", 3200],
    ["come back in 850 ms", 850],
    ["", null],
  ])("%j is %j ms", (reason, expected) => {
    expect(restartDelay(reason)).toBe(expected);
  });
});
