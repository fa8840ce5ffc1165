// The one way to the server's WebSocket (docs/page.md, "The socket"): nothing else in the page opens one.

import { backoff } from "@/lib/backoff";
import { WarrenError } from "@/lib/errors";
import {
  type EventFrame,
  type IncomingFrame,
  type OperationName,
  parseFrames,
  type Reply,
  type RequestData,
  type SignalFrame,
  type Snapshot,
} from "@/lib/frames";

export type Status =
  | { name: "connecting" }
  | { name: "live" }
  | { name: "waiting"; retryAt: number }
  | { name: "stopped"; code: number };

export interface SocketOptions {
  url: string;
  /** A valid access token; `fresh` asks for a new one. Rejects with code `refresh_rejected` when the session is over. */
  token: (options: { fresh: boolean }) => Promise<string>;
  onSnapshot: (snapshot: Snapshot) => void;
  onEvents: (events: EventFrame[]) => void;
  /** Only while live: who comes back takes the present state from elsewhere. */
  onSignals?: (signals: SignalFrame[]) => void;
  onStatus: (status: Status) => void;
  onSessionOver: () => void;
  open?: (url: string) => WebSocket;
  random?: () => number;
}

interface Pending {
  resolve: (reply: unknown) => void;
  reject: (error: WarrenError) => void;
  timer: ReturnType<typeof setTimeout>;
}

interface Cursor {
  epoch: string;
  pos: number;
}

const ACK_EVERY = 64;
const ACK_AFTER_MS = 1000;
const CALL_TIMEOUT_MS = 12_000;
const OPEN_TIMEOUT_MS = 10_000;
const STEADY_MS = 5000;
const REFUSED_MS = 2000;
/** Until hello names the server's rhythm. */
const DEFAULT_PING_MS = 25_000;

const SIGNALS: ReadonlySet<string> = new Set<SignalFrame["event"]>(["job.progress"]);

const isSignal = (frame: IncomingFrame): frame is SignalFrame & IncomingFrame =>
  frame.pos === undefined && SIGNALS.has(frame.event ?? "");

const disconnected = () => new WarrenError("disconnected", "The connection was lost.");

/** Code 4001 (a server that restarts) names in its reason how long to stay away, in milliseconds. */
export function restartDelay(reason: string): number | null {
  const digits = /\d+/.exec(reason);
  return digits ? Number(digits[0]) : null;
}

/**
 * A connection that stays: it says hello, resumes where it was or takes a snapshot, acknowledges, answers pings and
 * comes back by itself. Events reach `onEvents` in order, each position once.
 */
export class Socket {
  private readonly options: SocketOptions;
  private socket: WebSocket | null = null;
  private cursor: Cursor | null = null;
  private held: IncomingFrame[] | null = null;
  private pending = new Map<number, Pending>();
  private readyWaiters: Array<() => void> = [];
  private nextId = 1;
  private attempt = 0;
  private unacked = 0;
  private running = false;
  private wantsFreshToken = false;
  private generation = 0;
  private pingMs = DEFAULT_PING_MS;
  private status: Status = { name: "connecting" };
  private timers: Record<"ack" | "retry" | "silence" | "steady", ReturnType<typeof setTimeout> | undefined> =
    {
      ack: undefined,
      retry: undefined,
      silence: undefined,
      steady: undefined,
    };

  constructor(options: SocketOptions) {
    this.options = options;
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    void this.connect();
  }

  /** Ends the connection for good and forgets the position. */
  stop(): void {
    this.running = false;
    this.cursor = null;
    this.drop();
  }

  /** Tries now instead of at the end of the pause; also leaves `stopped`. */
  retryNow(): void {
    if (!this.running || this.status.name === "live" || this.status.name === "connecting") return;
    this.attempt = 0;
    void this.connect();
  }

  /** Gives the connection up and comes back: for news that it may be dead, as from the browser's `offline` event. */
  suspect(): void {
    if (this.socket) this.lost(1006, "");
  }

  get live(): boolean {
    return this.status.name === "live";
  }

  /** Resolves at once when live, otherwise when the connection is next. */
  ready(): Promise<void> {
    if (this.live) return Promise.resolve();
    return new Promise((resolve) => this.readyWaiters.push(resolve));
  }

  /** Rejects with a WarrenError: the server's code, `disconnected` (not live, or lost meanwhile) or `timeout`. */
  call<Op extends OperationName>(op: Op, data: RequestData<Op>): Promise<Reply<Op>> {
    if (!this.live) return Promise.reject(disconnected());
    return this.request(op, data) as Promise<Reply<Op>>;
  }

  /** A call that only reads: waits for the connection and repeats when it breaks. */
  async read<Op extends OperationName>(op: Op, data: RequestData<Op>): Promise<Reply<Op>> {
    for (;;) {
      await this.ready();
      try {
        return await this.call(op, data);
      } catch (error) {
        if (!(error instanceof WarrenError) || error.code !== "disconnected") throw error;
      }
    }
  }

  /** Hands the open connection a new access token before the old one expires. */
  async renew(token: string): Promise<void> {
    if (this.live) await this.request("auth.refresh", { token });
  }

  private async connect(): Promise<void> {
    this.drop();
    this.setStatus({ name: "connecting" });
    const generation = ++this.generation;
    const token = await this.takeToken(generation);
    if (token === null || generation !== this.generation || !this.running) return;
    const socket = (this.options.open ?? ((url: string) => new WebSocket(url)))(this.options.url);
    this.socket = socket;
    this.expectFrame(OPEN_TIMEOUT_MS);
    socket.onopen = () => void this.greet(token, generation);
    socket.onmessage = (message) => generation === this.generation && this.receive(String(message.data));
    socket.onclose = (close) => generation === this.generation && this.lost(close.code, close.reason);
  }

  private async takeToken(generation: number): Promise<string | null> {
    const fresh = this.wantsFreshToken;
    this.wantsFreshToken = false;
    try {
      return await this.options.token({ fresh });
    } catch (error) {
      if (generation !== this.generation || !this.running) return null;
      if (error instanceof WarrenError && error.code === "refresh_rejected") this.options.onSessionOver();
      else this.pause(backoff(this.attempt++, this.options.random));
      return null;
    }
  }

  private async greet(token: string, generation: number): Promise<void> {
    const resume = this.cursor ? { resume: this.cursor } : {};
    this.held = [];
    try {
      const hello = (await this.request("hello", { v: 1, token, ...resume })) as {
        resumed: boolean;
        ping_ms?: number;
      };
      if (generation !== this.generation) return;
      this.pingMs = hello.ping_ms ?? DEFAULT_PING_MS;
      if (!hello.resumed) await this.takeSnapshot(generation);
      if (generation === this.generation) this.becomeLive();
    } catch {
      // A refused hello is followed by its close code, which says more; where none comes, the next connection asks anew.
      if (generation === this.generation && this.socket) this.expectFrame(REFUSED_MS);
    }
  }

  private async takeSnapshot(generation: number): Promise<void> {
    const snapshot = (await this.request("bootstrap", {})) as Snapshot;
    if (generation !== this.generation) return;
    this.cursor = { epoch: snapshot.epoch, pos: snapshot.pos };
    this.options.onSnapshot(snapshot);
  }

  private becomeLive(): void {
    const held = this.held ?? [];
    this.held = null;
    this.setStatus({ name: "live" });
    this.deliver(held);
    this.timers.steady = setTimeout(() => {
      this.attempt = 0;
    }, STEADY_MS);
    for (const resolve of this.readyWaiters.splice(0)) resolve();
  }

  private request(op: string, data: unknown): Promise<unknown> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new WarrenError("timeout", "No answer came in time."));
      }, CALL_TIMEOUT_MS);
      this.pending.set(id, { resolve, reject, timer });
      this.send({ id, op, data });
    });
  }

  private send(frame: object): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  private receive(text: string): void {
    this.expectFrame(this.pingMs * 2 + 5000);
    const news: IncomingFrame[] = [];
    for (const frame of parseFrames(text)) {
      if (frame.id !== undefined) this.settle(frame);
      else if (frame.event === "ping") this.send({ op: "pong" });
      if (frame.event !== undefined) news.push(frame);
    }
    if (this.held) this.held.push(...news);
    else this.deliver(news);
  }

  private settle({ id, ok, error }: IncomingFrame): void {
    const call = this.pending.get(id ?? -1);
    if (!call) return;
    this.pending.delete(id ?? -1);
    clearTimeout(call.timer);
    if (!error) {
      call.resolve(ok);
      return;
    }
    const details = { requestId: error.request_id ?? null, retryAfterMs: error.retry_after_ms ?? null };
    call.reject(new WarrenError(error.code, error.message, details));
  }

  private deliver(frames: IncomingFrame[]): void {
    const events: EventFrame[] = [];
    const signals = frames.filter(isSignal);
    if (signals.length > 0) this.options.onSignals?.(signals);
    for (const frame of frames) {
      if (frame.pos === undefined || !this.cursor || frame.pos <= this.cursor.pos) continue;
      this.cursor.pos = frame.pos;
      if (frame.data !== undefined) events.push(frame as unknown as EventFrame);
    }
    if (events.length === 0) return;
    this.acknowledge(events.length);
    this.options.onEvents(events);
  }

  private acknowledge(count: number): void {
    this.unacked += count;
    if (this.unacked >= ACK_EVERY) this.sendAck();
    else this.timers.ack ??= setTimeout(() => this.sendAck(), ACK_AFTER_MS);
  }

  private sendAck(): void {
    clearTimeout(this.timers.ack);
    this.timers.ack = undefined;
    this.unacked = 0;
    if (this.cursor) this.send({ op: "ack", pos: this.cursor.pos });
  }

  private expectFrame(withinMs: number): void {
    clearTimeout(this.timers.silence);
    this.timers.silence = setTimeout(() => this.lost(4009, ""), withinMs);
  }

  private lost(code: number, reason: string): void {
    this.drop();
    if (!this.running) return;
    if (code >= 4100 && code < 4200) this.wantsFreshToken = true;
    // A token that was not believed: one fresh token settles it, either it is believed or the session is over.
    if (code === 4401) this.wantsFreshToken = true;
    if (code >= 4400 && code < 4500 && code !== 4401) {
      this.setStatus({ name: "stopped", code });
      return;
    }
    if (code === 4010) this.cursor = null;
    const named = code === 4001 ? restartDelay(reason) : null;
    this.pause(named ?? backoff(this.attempt++, this.options.random));
  }

  private pause(ms: number): void {
    this.setStatus({ name: "waiting", retryAt: Date.now() + ms });
    clearTimeout(this.timers.retry);
    this.timers.retry = setTimeout(() => void this.connect(), ms);
  }

  /** Closes what is open and fails every pending call at once. */
  private drop(): void {
    this.generation++;
    for (const name of Object.keys(this.timers) as Array<keyof typeof this.timers>) {
      clearTimeout(this.timers[name]);
      this.timers[name] = undefined;
    }
    this.unacked = 0;
    this.held = null;
    this.socket?.close();
    this.socket = null;
    const calls = [...this.pending.values()];
    this.pending.clear();
    for (const call of calls) {
      clearTimeout(call.timer);
      call.reject(disconnected());
    }
  }

  private setStatus(status: Status): void {
    this.status = status;
    this.options.onStatus(status);
  }
}
