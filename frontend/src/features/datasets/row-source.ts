// The rows of one view, by cursor: fetched as they come onto the screen, forgotten when they are far from it.

import type { RowPage } from "@/features/datasets/api";

export interface Row {
  readonly id: number;
  readonly values: readonly (string | null)[];
}

/** `skip`: rows behind the cursor that are not wanted. */
interface Asked {
  cursor: string | null;
  skip: number;
  limit: number;
}

interface Page {
  readonly start: number;
  readonly rows: readonly Row[];
}

/** A place that a cursor is known for: `cursor` leads to row `at`. */
interface Mark {
  readonly at: number;
  readonly cursor: string | null;
}

/** Rows of a page, and how far around the screen they are fetched and kept. */
const PAGE = 200;
const AHEAD = 100;
const KEPT = 1500;

const endOf = ({ start, rows }: Page): number => start + rows.length;

/** Rows beside those that are here are asked for by cursor; far ones by what lies between them and the last cursor. */
export class RowSource {
  private readonly ask: (asked: Asked) => Promise<RowPage>;
  private readonly tell: () => void;
  /** Both in the order of rows. */
  private pages: Page[] = [];
  private marks: Mark[] = [{ at: 0, cursor: null }];
  private from = 0;
  private to = 0;
  private working = false;
  private stopped = false;
  /** Rows that there are for certain, and that there can be at most, as far as it was found out. */
  known = 0;
  most = Number.POSITIVE_INFINITY;
  /** Characters after which values are cut. */
  cut = Number.POSITIVE_INFINITY;
  error: unknown = null;

  /** `tell`: called after every change. */
  constructor(ask: (asked: Asked) => Promise<RowPage>, tell: () => void) {
    this.ask = ask;
    this.tell = tell;
  }

  /** The last row is known. */
  get ended(): boolean {
    return this.known === this.most;
  }

  /** How many rows there are, or seem to be, where somebody thinks that they are `estimate`. */
  total(estimate: number): number {
    if (this.ended) return this.known;
    // Fewer than was thought: halving finds the end soon, wherever it is.
    const likely = this.most < estimate ? Math.ceil((this.known + this.most) / 2) : estimate;
    return Math.max(this.known, likely);
  }

  /** Rows whose values are kept. */
  get held(): number {
    return this.pages.reduce((sum, { rows }) => sum + rows.length, 0);
  }

  row(index: number): Row | undefined {
    const page = this.pages.find((one) => one.start <= index && index < endOf(one));
    return page?.rows[index - page.start];
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
      for (let at = this.missing(); at !== null; at = this.missing()) {
        await this.load(at);
        this.forget();
        if (!this.stopped) this.tell();
      }
    } catch (error) {
      this.error = error;
      if (!this.stopped) this.tell();
    }
    this.working = false;
  }

  /** The first row that is wanted and not here: those on the screen come first. */
  private missing(): number | null {
    if (this.stopped) return null;
    return this.gap(this.from, this.to) ?? this.gap(Math.max(0, this.from - AHEAD), this.to + AHEAD);
  }

  private gap(from: number, to: number): number | null {
    let at = from;
    for (const page of this.pages) if (page.start <= at) at = Math.max(at, endOf(page));
    return at < to && at < this.most ? at : null;
  }

  private async load(wanted: number): Promise<void> {
    // A few rows before it, so that scrolling upwards finds them there.
    const before = this.pages.filter((one) => endOf(one) <= wanted).at(-1);
    const start = Math.max(before ? endOf(before) : 0, wanted - AHEAD);
    const mark = this.marks.findLast((one) => one.at <= start) ?? { at: 0, cursor: null };
    const behind = this.pages.find((one) => one.start > wanted);
    const limit = Math.min(PAGE, (behind?.start ?? Number.POSITIVE_INFINITY) - start);
    const reply = await this.ask({ cursor: mark.cursor, skip: start - mark.at, limit });
    this.cut = reply.cut;
    this.take({ start, rows: rowsOf(reply) }, reply.next);
  }

  private take(page: Page, next: string | null): void {
    const end = endOf(page);
    if (page.rows.length > 0) {
      this.pages = [...this.pages, page].sort((one, other) => one.start - other.start);
      this.known = Math.max(this.known, end);
    }
    if (next === null) this.most = Math.min(this.most, end);
    else if (!this.marks.some(({ at }) => at === end)) {
      this.marks = [...this.marks, { at: end, cursor: next }].sort((one, other) => one.at - other.at);
    }
  }

  private forget(): void {
    this.pages = this.pages.filter((page) => endOf(page) >= this.from - KEPT && page.start <= this.to + KEPT);
  }
}

const rowsOf = ({ ids, rows }: RowPage): Row[] => ids.map((id, index) => ({ id, values: rows[index] ?? [] }));
