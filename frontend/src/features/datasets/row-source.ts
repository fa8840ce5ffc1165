// The rows of one view, by cursor: fetched as they come onto the screen, forgotten when they are far from it.

import type { RowPage } from "@/features/datasets/api";

export interface Row {
  readonly id: number;
  readonly values: readonly (string | null)[];
}

interface Asked {
  cursor: string | null;
  limit: number;
  /** Values are not wanted, only what is behind them. */
  lean: boolean;
}

/** `cursor` leads to its first row. `rows`: null while they are not here. */
interface Page {
  readonly start: number;
  readonly count: number;
  readonly cursor: string | null;
  readonly rows: readonly Row[] | null;
}

/** Rows of a page, those of a page that is only walked over, and how far around the screen they are kept. */
const PAGE = 200;
const STRIDE = 500;
const AHEAD = 100;
const KEPT = 1500;

/**
 * A cursor leads only to the rows behind it, so the way to a far row leads over all before it; that way is walked
 * without their values, once. What is known of each page is where it begins.
 */
export class RowSource {
  private readonly ask: (asked: Asked) => Promise<RowPage>;
  private readonly tell: () => void;
  private pages: Page[] = [];
  private next: string | null = null;
  private from = 0;
  private to = 0;
  private working = false;
  private stopped = false;
  /** The last row is known. */
  ended = false;
  error: unknown = null;

  /** `tell`: called after every change. */
  constructor(ask: (asked: Asked) => Promise<RowPage>, tell: () => void) {
    this.ask = ask;
    this.tell = tell;
  }

  /** Rows that there are for certain. */
  get known(): number {
    const last = this.pages.at(-1);
    return last ? last.start + last.count : 0;
  }

  /** Rows whose values are kept. */
  get held(): number {
    return this.pages.reduce((sum, page) => sum + (page.rows?.length ?? 0), 0);
  }

  /** The row that is being walked to; null when those on the screen are here or next. */
  get goal(): number | null {
    return !this.ended && this.known + STRIDE < this.from ? this.from : null;
  }

  row(index: number): Row | undefined {
    const page = this.pages[this.pageAt(index)];
    return page?.rows?.[index - page.start];
  }

  /** These are on the screen, `to` not among them. */
  show(from: number, to: number): void {
    this.from = from;
    this.to = to;
    void this.work();
  }

  retry(): void {
    this.error = null;
    void this.work();
  }

  stop(): void {
    this.stopped = true;
  }

  private async work(): Promise<void> {
    if (this.working || this.error) return;
    this.working = true;
    try {
      for (let step = this.step(); step; step = this.step()) {
        await step;
        this.forget();
        if (!this.stopped) this.tell();
      }
    } catch (error) {
      this.error = error;
      if (!this.stopped) this.tell();
    }
    this.working = false;
  }

  /** Begins to fetch the page that is wanted most; null when there is none. */
  private step(): Promise<void> | null {
    if (this.stopped) return null;
    const at = this.missing();
    if (at >= 0) return this.fill(at);
    return this.isShort() ? this.goOn() : null;
  }

  /** The first page on the screen, or right before or behind it, whose rows are not here. */
  private missing(): number {
    const end = Math.min(this.known, this.to + AHEAD);
    const first = Math.max(0, this.from - AHEAD);
    if (end <= first) return -1;
    for (let at = this.pageAt(first); at < this.pages.length; at++) {
      const page = this.pages[at];
      if (!page || page.start >= end) return -1;
      if (page.rows === null) return at;
    }
    return -1;
  }

  private isShort(): boolean {
    return !this.ended && this.known < this.to + AHEAD;
  }

  /** The page behind the last one. */
  private async goOn(): Promise<void> {
    const [start, cursor] = [this.known, this.next];
    const lean = start + STRIDE + KEPT < this.from;
    const limit = lean ? STRIDE : PAGE;
    const reply = await this.ask({ cursor, limit, lean });
    const rows = lean ? null : rowsOf(reply);
    this.pages.push({ start, count: reply.ids.length, cursor, rows });
    this.next = reply.next;
    this.ended = reply.next === null;
  }

  /** Rows of a page that is known: what did not come with them stays a page of its own behind it. */
  private async fill(at: number): Promise<void> {
    const page = this.pages[at];
    if (!page) return;
    const reply = await this.ask({ cursor: page.cursor, limit: Math.min(page.count, PAGE), lean: false });
    const rows = rowsOf(reply).slice(0, page.count);
    const left = page.count - rows.length;
    const filled = { ...page, count: rows.length, rows };
    const rest = { start: page.start + rows.length, count: left, cursor: reply.next, rows: null };
    this.pages.splice(at, 1, filled, ...(left > 0 && reply.next !== null ? [rest] : []));
  }

  private forget(): void {
    this.pages = this.pages.map((page) =>
      page.rows && (page.start + page.count < this.from - KEPT || page.start > this.to + KEPT)
        ? { ...page, rows: null }
        : page,
    );
  }

  /** The place of the page that has this row, by halving. */
  private pageAt(index: number): number {
    let [low, high] = [0, this.pages.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.pages[middle]?.start ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

const rowsOf = ({ ids, rows }: RowPage): Row[] => ids.map((id, index) => ({ id, values: rows[index] ?? [] }));
