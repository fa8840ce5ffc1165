// Where rows of one height stand in a scroller that no browser would let be as high as all of them.

/** Firefox ends at 17.8 million pixels, others later. */
const MOST_PX = 8_000_000;

export interface Tall {
  /** Of the scroller's content, in pixels. */
  readonly height: number;
  /** Pixels of rows for one pixel of the scroller. */
  readonly scale: number;
  /** The furthest that the rows can be moved up. */
  readonly most: number;
}

export function tallOf(rows: number, rowHeight: number, viewport: number): Tall {
  const all = rows * rowHeight;
  const height = Math.min(all, MOST_PX);
  const most = Math.max(0, all - viewport);
  const way = Math.max(0, height - viewport);
  return { height, most, scale: way > 0 ? most / way : 1 };
}

/** The rows that can be seen when those above `top` pixels are hidden; `to` is not among them. */
export const rowsAt = (top: number, rowHeight: number, viewport: number, rows: number) => ({
  from: Math.max(0, Math.min(rows, Math.floor(top / rowHeight))),
  to: Math.min(rows, Math.ceil((top + viewport) / rowHeight)),
});

/** How far up the rows have to be moved so that this one can be seen whole; as they are where it can. */
export function revealed(index: number, top: number, rowHeight: number, viewport: number): number {
  const above = index * rowHeight;
  if (above < top) return above;
  return Math.max(top, above + rowHeight - viewport);
}
