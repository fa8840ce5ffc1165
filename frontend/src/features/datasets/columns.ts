// How columns stand beside each other: of 1,500 only those on the screen are in the document.

import type { Row } from "@/features/datasets/row-source";
import type { ColumnType, DatasetColumn } from "@/lib/frames";

export interface Placed {
  readonly column: DatasetColumn;
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

const LEAST_PX = 104;
const MOST_PX = 320;
const LETTER_PX = 8.6;
/** Beside a title: the sign of its type, that of its order, and the space around. */
const TITLE_EXTRA_PX = 84;
const VALUE_EXTRA_PX = 28;
const SAMPLE = 50;

const letters = (text: string | null | undefined): number => Math.min(text?.length ?? 0, 60);

/** As wide as its title and the first values need, within limits. */
function widthOf({ title }: DatasetColumn, index: number, sample: readonly Row[]): number {
  const longest = Math.max(0, ...sample.map((row) => letters(row.values[index])));
  const wanted = Math.max(letters(title) * LETTER_PX + TITLE_EXTRA_PX, longest * LETTER_PX + VALUE_EXTRA_PX);
  return Math.round(Math.min(MOST_PX, Math.max(LEAST_PX, wanted)));
}

export function placed(columns: readonly DatasetColumn[], rows: readonly Row[], from: number): Placed[] {
  const sample = rows.slice(0, SAMPLE);
  let left = from;
  return columns.map((column, index) => {
    const width = widthOf(column, index, sample);
    const one = { column, index, left, width };
    left += width;
    return one;
  });
}

export const widthOfAll = (all: readonly Placed[], from: number): number => {
  const last = all.at(-1);
  return last ? last.left + last.width : from;
};

/** Those that lie at least partly between the two. */
export const between = (all: readonly Placed[], left: number, right: number): Placed[] =>
  all.filter((one) => one.left + one.width > left && one.left < right);

const NUMBERS: ReadonlySet<ColumnType> = new Set<ColumnType>(["integer", "decimal", "double"]);

export const isNumber = (type: ColumnType): boolean => NUMBERS.has(type);
