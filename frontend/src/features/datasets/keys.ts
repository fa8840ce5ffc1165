import type { KeyboardEvent } from "react";

/** `row` -1 is the header. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

interface Sizes {
  rows: number;
  columns: number;
  /** Rows that a screen has. */
  page: number;
}

/** Where a key leads from a cell; null for keys that lead nowhere (WAI-ARIA, the grid pattern). */
export function moved(
  from: Cell,
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey">,
  sizes: Sizes,
): Cell | null {
  const all = event.ctrlKey || event.metaKey;
  const to = target(from, event.key, all, sizes);
  return (
    to && {
      row: Math.max(-1, Math.min(sizes.rows - 1, to.row)),
      column: Math.max(0, Math.min(sizes.columns - 1, to.column)),
    }
  );
}

function target(
  { row, column }: Cell,
  key: string,
  all: boolean,
  { rows, columns, page }: Sizes,
): Cell | null {
  switch (key) {
    case "ArrowUp":
      return { row: all ? 0 : row - 1, column };
    case "ArrowDown":
      return { row: all ? rows - 1 : row + 1, column };
    case "ArrowLeft":
      return { row, column: all ? 0 : column - 1 };
    case "ArrowRight":
      return { row, column: all ? columns - 1 : column + 1 };
    case "PageUp":
      return { row: Math.max(0, row - page), column };
    case "PageDown":
      return { row: row + page, column };
    case "Home":
      return { row: all ? 0 : row, column: 0 };
    case "End":
      return { row: all ? rows - 1 : row, column: columns - 1 };
    default:
      return null;
  }
}
