// Brings files to the server and does what they are for (docs/page.md, "Uploads"). Loaded with the first upload.

import type { Action, ChatState } from "@/app/state";
import type { KeptUpload } from "@/features/uploads/kept";
import {
  type BatchPlan,
  isStuck,
  isUnderWay,
  listed,
  newUpload,
  type Purpose,
  type Upload,
  type UploadError,
} from "@/features/uploads/state";
import type { Transfer, TransferOptions } from "@/features/uploads/transfer";
import { asWarrenError, isPassing, WarrenError } from "@/lib/errors";

export interface UploaderDeps {
  userId: string;
  /** This page, by which another one knows whether it is still there. */
  holder: string;
  state: () => ChatState;
  dispatch: (action: Action) => void;
  transfer: (options: TransferOptions) => Transfer;
  discard: (url: string) => Promise<void>;
  token: () => Promise<string>;
  ready: () => Promise<void>;
  pause: (ms: number) => Promise<void>;
  createBatch: (plan: BatchPlan) => Promise<{ id: string }>;
  /** Nothing more is coming for this batch. */
  closeBatch: (batchId: string) => void;
  createJob: (plan: BatchPlan, batchId: string, fileId: string, clientId: string) => Promise<void>;
  kept: {
    load: () => Promise<KeptUpload[]>;
    keep: (one: KeptUpload) => Promise<unknown>;
    update: (id: string, patch: Partial<KeptUpload>) => Promise<unknown>;
    forget: (ids: readonly string[]) => Promise<unknown>;
    mostBytes: number;
  };
  /** The right to what a page left over; false where that page, or another that took it, is still there. */
  claim: (holder: string) => Promise<boolean>;
  uuid: () => string;
}

/** Files on their way at once. */
const PARALLEL = 3;
/** Answers like `busy` before a job that cannot be created counts as failed. */
const MOST_REFUSALS = 5;
const FIRST_PAUSE_MS = 500;
const AWAY_PAUSE_MS = 2000;

export class Uploader {
  private readonly deps: UploaderDeps;
  private readonly files = new Map<string, File>();
  private readonly urls = new Map<string, string>();
  private readonly transfers = new Map<string, Transfer>();
  private readonly batches = new Map<string, Promise<{ id: string }>>();
  /** Bytes of each that are kept on this device. */
  private readonly keptBytes = new Map<string, number>();
  private stopped = false;

  constructor(deps: UploaderDeps) {
    this.deps = deps;
  }

  /** Takes up what an earlier page left over. */
  async restore(): Promise<void> {
    const mine: Upload[] = [];
    const left = (await this.deps.kept.load()).filter((one) => !this.one(one.id));
    const free = await this.claimed(left.map((one) => one.holder));
    for (const one of left) {
      if (!free.has(one.holder)) continue;
      if (one.file) this.files.set(one.id, one.file);
      if (one.url) this.urls.set(one.id, one.url);
      this.keptBytes.set(one.id, one.file?.size ?? 0);
      mine.push(afterReload(one));
    }
    this.deps.dispatch({ type: "uploads_restored", uploads: mine });
    for (const one of mine) if (one.state === "stored") void this.fulfill(one.id);
    this.pump();
  }

  add(files: readonly File[], purpose: Purpose): string[] {
    const uploads = files.map((file) => newUpload(this.deps.uuid(), file, purpose));
    uploads.forEach((upload, index) => {
      const file = files[index];
      if (file) this.files.set(upload.id, file);
      void this.keep(upload, file ?? null);
    });
    this.deps.dispatch({ type: "uploads_added", uploads });
    if (purpose.kind === "process") void this.batchOf(purpose.batch).catch(() => undefined);
    this.pump();
    return uploads.map((one) => one.id);
  }

  /** Other than it was added for: files that waited in the compose box are processed, or go with a message. */
  mean(ids: readonly string[], purpose: Purpose): void {
    this.deps.dispatch({ type: "uploads_meant", ids, purpose });
    this.remember(ids);
    if (purpose.kind === "process") void this.batchOf(purpose.batch).catch(() => undefined);
    for (const id of ids) if (this.one(id)?.state === "stored") void this.fulfill(id);
  }

  /** Writes down what is known of these now. */
  remember(ids: readonly string[]): void {
    for (const id of ids) {
      const upload = this.one(id);
      if (upload) void this.deps.kept.update(id, { upload });
    }
  }

  pause(ids: readonly string[]): void {
    for (const id of ids) void this.halt(id);
    this.move(
      ids.filter((id) => this.is(id, isUnderWay)),
      "paused",
    );
    this.pump();
  }

  resume(ids: readonly string[]): void {
    this.move(
      ids.filter((id) => this.one(id)?.state === "paused"),
      "waiting",
    );
    this.pump();
  }

  retry(ids: readonly string[]): void {
    for (const id of ids) {
      const one = this.one(id);
      if (!one || !isStuck(one)) continue;
      if (one.fileId !== null) this.meet(id, one.fileId);
      else if (this.files.has(id)) this.move([id], "waiting");
    }
    this.pump();
  }

  /** Files that were picked again for uploads whose bytes were lost; matched by name and size. */
  found(files: readonly File[]): void {
    for (const file of files) {
      const one = listed(this.deps.state().uploads).find(
        (upload) => upload.state === "lost" && upload.name === file.name && upload.size === file.size,
      );
      if (!one) continue;
      this.files.set(one.id, file);
      this.move([one.id], "waiting");
    }
    this.pump();
  }

  cancel(ids: readonly string[]): void {
    const plans = new Map(ids.flatMap((id) => this.planOf(id)).map((plan) => [plan.clientId, plan]));
    for (const id of ids) void this.discard(id);
    this.remove(ids);
    for (const plan of plans.values()) if (!this.expects(plan)) void this.close(plan);
    this.pump();
  }

  async cancelBatch(batchId: string): Promise<void> {
    for (const [clientId, made] of this.batches) {
      const { id } = await made.catch(() => ({ id: "" }));
      if (id === batchId) this.cancel(this.ofPlan(clientId).map((one) => one.id));
    }
  }

  fileOf(id: string): File | null {
    return this.files.get(id) ?? null;
  }

  /** Those that are over leave the tray. */
  clear(): void {
    this.remove(
      listed(this.deps.state().uploads)
        .filter((one) => one.state === "done")
        .map((one) => one.id),
    );
  }

  /** Their message arrived, or they were taken away: nothing of them is kept. */
  gone(ids: readonly string[]): void {
    for (const id of ids) {
      this.files.delete(id);
      this.urls.delete(id);
      this.keptBytes.delete(id);
    }
    void this.deps.kept.forget(ids);
  }

  stop(): void {
    this.stopped = true;
    for (const transfer of this.transfers.values()) void transfer.pause();
    this.transfers.clear();
  }

  private async claimed(holders: readonly string[]): Promise<Set<string>> {
    const free = new Set([this.deps.holder]);
    for (const holder of new Set(holders))
      if (!free.has(holder) && (await this.deps.claim(holder))) free.add(holder);
    return free;
  }

  private planOf(id: string): BatchPlan[] {
    const one = this.one(id);
    return one?.purpose.kind === "process" ? [one.purpose.batch] : [];
  }

  private ofPlan(clientId: string): Upload[] {
    return listed(this.deps.state().uploads).filter(
      ({ purpose, state }) =>
        state !== "done" && purpose.kind === "process" && purpose.batch.clientId === clientId,
    );
  }

  private expects(plan: BatchPlan): boolean {
    return this.ofPlan(plan.clientId).length > 0;
  }

  private async close(plan: BatchPlan): Promise<void> {
    const batch = await this.batchOf(plan).catch(() => null);
    if (batch) this.deps.closeBatch(batch.id);
  }

  private one(id: string): Upload | undefined {
    return this.deps.state().uploads.byId[id];
  }

  private is(id: string, what: (one: Upload) => boolean): boolean {
    const one = this.one(id);
    return one !== undefined && what(one);
  }

  private move(ids: readonly string[], state: Upload["state"]): void {
    if (ids.length > 0) this.deps.dispatch({ type: "uploads_moved", ids, state });
    this.remember(ids);
  }

  private remove(ids: readonly string[]): void {
    this.deps.dispatch({ type: "uploads_removed", ids });
    this.gone(ids);
  }

  private async keep(upload: Upload, file: File | null): Promise<void> {
    const keptNow = [...this.keptBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    const fits = file !== null && keptNow + file.size <= this.deps.kept.mostBytes;
    if (fits) this.keptBytes.set(upload.id, file.size);
    await this.deps.kept.keep({
      id: upload.id,
      userId: this.deps.userId,
      holder: this.deps.holder,
      upload,
      url: null,
      file: fits ? file : null,
    });
  }

  private async halt(id: string): Promise<void> {
    const transfer = this.transfers.get(id);
    this.transfers.delete(id);
    await transfer?.pause();
  }

  private async discard(id: string): Promise<void> {
    const transfer = this.transfers.get(id);
    const url = this.urls.get(id);
    this.transfers.delete(id);
    if (transfer) await transfer.cancel().catch(() => undefined);
    else if (url && this.one(id)?.fileId === null) await this.deps.discard(url);
  }

  /** Starts what waits, as many as may be under way at once. */
  private pump(): void {
    if (this.stopped) return;
    for (const one of listed(this.deps.state().uploads)) {
      if (this.transfers.size >= PARALLEL) return;
      const file = this.files.get(one.id);
      if (one.state === "waiting" && file && !this.transfers.has(one.id)) this.start(one, file);
    }
  }

  private start(one: Upload, file: File): void {
    const { id } = one;
    this.deps.dispatch({ type: "uploads_moved", ids: [id], state: "running" });
    const started = this.deps.transfer({
      file,
      name: one.name,
      url: this.urls.get(id) ?? null,
      token: this.deps.token,
      onUrl: (url) => {
        this.urls.set(id, url);
        void this.deps.kept.update(id, { url });
      },
      onProgress: (sent) => this.deps.dispatch({ type: "upload_progress", id, sent, at: Date.now() }),
      onStored: (fileId) => {
        this.transfers.delete(id);
        this.meet(id, fileId);
        this.pump();
      },
      onFailed: (error) => void this.failed(id, started, error),
    });
    this.transfers.set(id, started);
  }

  /** Without a network, or with a server that is away, nothing has failed: it goes on when the page is connected. */
  private async failed(id: string, transfer: Transfer, error: UploadError): Promise<void> {
    if (this.transfers.get(id) !== transfer) return;
    this.transfers.delete(id);
    if (!isPassing(new WarrenError(error.code, ""))) {
      this.deps.dispatch({ type: "upload_failed", id, error });
      this.remember([id]);
    } else {
      this.move([id], "waiting");
      await this.deps.pause(AWAY_PAUSE_MS);
      await this.deps.ready();
    }
    this.pump();
  }

  private meet(id: string, fileId: string): void {
    this.deps.dispatch({ type: "upload_stored", id, fileId });
    this.files.delete(id);
    this.keptBytes.delete(id);
    const upload = this.one(id);
    if (upload) void this.deps.kept.update(id, { upload, file: null });
    void this.fulfill(id);
  }

  private async fulfill(id: string): Promise<void> {
    const one = this.one(id);
    if (!one?.fileId) return;
    if (one.purpose.kind === "keep") this.done(id);
    if (one.purpose.kind !== "process") return;
    const { batch } = one.purpose;
    for (let refusals = 0; !this.stopped; refusals++) {
      try {
        await this.deps.createJob(batch, (await this.batchOf(batch)).id, one.fileId, id);
        this.done(id);
        return;
      } catch (failure) {
        const error = asWarrenError(failure);
        if (!isPassing(error) || refusals === MOST_REFUSALS) {
          const { code, message, requestId } = error;
          this.deps.dispatch({ type: "upload_failed", id, error: { code, message, requestId } });
          return;
        }
        await this.deps.pause(error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** refusals);
      }
    }
  }

  private done(id: string): void {
    this.move([id], "done");
    void this.deps.kept.forget([id]);
  }

  private batchOf(plan: BatchPlan): Promise<{ id: string }> {
    const known = this.batches.get(plan.clientId);
    if (known) return known;
    const made = this.deps.createBatch(plan);
    this.batches.set(plan.clientId, made);
    made.catch(() => this.batches.delete(plan.clientId));
    return made;
  }
}

/** What was under way goes on by itself; what was paused or failed stays so; without its bytes it has to be picked again. */
function afterReload({ upload, file }: KeptUpload): Upload {
  const calm = { ...upload, rate: 0, mark: null };
  if (upload.fileId !== null) return { ...calm, state: "stored" };
  if (!file) return { ...calm, state: "lost" };
  return upload.state === "running" || upload.state === "lost" ? { ...calm, state: "waiting" } : calm;
}
