import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { View } from "@/features/datasets/api";
import { between, placed, widthOfAll } from "@/features/datasets/columns";
import { GridHeader } from "@/features/datasets/components/grid-header";
import { GridRow } from "@/features/datasets/components/grid-row";
import { useTallScroll } from "@/features/datasets/components/use-tall-scroll";
import { type Cell, moved } from "@/features/datasets/keys";
import type { Row, RowSource } from "@/features/datasets/row-source";
import { copyText } from "@/lib/clipboard";
import { count } from "@/lib/format";
import type { DatasetColumn } from "@/lib/frames";

export const ROW_PX = 32;
const HEADER_PX = 44;
/** Rows and pixels beyond the screen that are in the document too. */
const MORE_ROWS = 6;
const MORE_PX = 200;
const NUMBER_PX = 7.2;

interface Props {
  label: string;
  columns: readonly DatasetColumn[];
  source: RowSource;
  /** All rows of the view, as far as it is known. */
  total: number;
  view: View;
  onSort: (column: string) => void;
  onColumn: (column: string) => void;
  onRow: (index: number, row: Row, cut: number) => void;
}

/** The table: rows by cursor, columns as they come onto the screen, one cell at a time for the keyboard. */
export function DataGrid({ label, columns, source, total, view, onSort, onColumn, onRow }: Props) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<Cell>({ row: -1, column: 0 });
  const numbers = count(total, i18n.language).length * NUMBER_PX + 20;
  const scroll = useTallScroll(scroller, { rows: total, rowHeight: ROW_PX, header: HEADER_PX });
  const { from, to, left, width } = scroll;
  useEffect(() => source.show(from, Math.max(to, 1)), [source, from, to]);
  const all = useColumns(columns, source, numbers);
  const shown = between(all, left - MORE_PX, left + width + MORE_PX);
  const cellId = (cell: Cell) => `${id}-${cell.row}-${cell.column}`;
  const current = { row: Math.min(active.row, total - 1), column: active.column };

  const go = (cell: Cell) => {
    setActive(cell);
    if (cell.row >= 0) scroll.reveal(cell.row);
    const one = all[cell.column];
    const box = scroller.current;
    if (!one || !box) return;
    if (one.left - numbers < box.scrollLeft) box.scrollLeft = one.left - numbers;
    else if (one.left + one.width > box.scrollLeft + width) box.scrollLeft = one.left + one.width - width;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, to - from - 2);
    const cell = moved(current, event, { rows: total, columns: columns.length, page });
    if (cell) go(cell);
    else if (!act(event)) return;
    event.preventDefault();
  };
  const act = (event: KeyboardEvent): boolean => {
    const column = columns[current.column];
    const row = source.row(current.row);
    if (current.row < 0 && column && event.key === "Enter") onColumn(column.name);
    else if (current.row < 0 && column && event.key === " ") onSort(column.name);
    else if (row && event.key === "Enter") onRow(current.row, row, source.cut);
    else if (row && event.key === "c" && (event.ctrlKey || event.metaKey) && !getSelection()?.toString())
      void copyText(row.values[current.column] ?? "");
    else return false;
    return true;
  };
  const indexes = range(Math.max(0, from - MORE_ROWS), Math.min(total, to + MORE_ROWS));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <table> with a million rows is more than a document takes
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-describedby={`${id}-keys`}
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={cellId(current)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="group/grid relative min-h-0 flex-1 overflow-auto overscroll-contain outline-none"
    >
      <div
        className="relative"
        style={{ width: widthOfAll(all, numbers), height: scroll.tall.height + HEADER_PX }}
      >
        <GridHeader
          columns={shown}
          numbers={numbers}
          height={HEADER_PX}
          sort={view.sort}
          active={current.row < 0 ? current.column : null}
          cellId={(column) => cellId({ row: -1, column })}
          onSort={onSort}
          onColumn={onColumn}
        />
        {indexes.map((index) => (
          <GridRow
            key={index}
            index={index}
            row={source.row(index)}
            columns={shown}
            numbers={numbers}
            y={scroll.y(index)}
            height={ROW_PX}
            active={current.row === index ? current.column : null}
            idPrefix={`${id}-${index}-`}
            onActive={(column) => setActive({ row: index, column })}
            onOpen={(at, one) => onRow(at, one, source.cut)}
          />
        ))}
      </div>
      <p id={`${id}-keys`} className="sr-only">
        {t("data.gridKeys")}
      </p>
    </div>
  );
}

/** They keep the widths that the first rows gave them. */
function useColumns(columns: readonly DatasetColumn[], source: RowSource, numbers: number) {
  const came = source.row(0) !== undefined;
  const sample = useRef<{ source: RowSource; rows: Row[] } | null>(null);
  if (came && sample.current?.source !== source) {
    sample.current = { source, rows: range(0, 50).flatMap((index) => source.row(index) ?? []) };
  }
  const rows = sample.current?.rows;
  return useMemo(() => placed(columns, rows ?? [], numbers), [columns, rows, numbers]);
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
