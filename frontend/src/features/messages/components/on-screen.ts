import type { Virtualizer } from "@tanstack/react-virtual";
import { dayOfRow, type Row } from "@/features/messages/rows";

/** What of the list is in the document and on the screen just now. */
export interface OnScreen {
  first: number;
  last: number;
  /** The newest message of which the end is on the screen; 0 for none. */
  seenSeq: number;
  /** The day to show above the list; none while it rests, or where a day's own line is at the top. */
  day: number | null;
  /** Pixels from the lower edge to the end of the list. */
  below: number;
}

const CUT_PX = 8;
const TOP_PX = 60;

export function onScreen(list: Virtualizer<HTMLDivElement, Element>, rows: readonly Row[]): OnScreen {
  const items = list.getVirtualItems();
  const top = list.scrollOffset ?? 0;
  const bottom = top + (list.scrollRect?.height ?? 0);
  const seen = items.flatMap((item) => {
    const row = rows[item.index];
    return row?.kind === "message" && item.end <= bottom + CUT_PX ? [row.message.seq] : [];
  });
  const topIndex = items.find((item) => item.end > top)?.index ?? 0;
  const between = list.isScrolling && top > TOP_PX && rows[topIndex]?.kind !== "day";
  return {
    first: items[0]?.index ?? 0,
    last: items.at(-1)?.index ?? 0,
    seenSeq: Math.max(0, ...seen),
    day: between ? dayOfRow(rows, topIndex) : null,
    below: list.getTotalSize() - bottom,
  };
}
