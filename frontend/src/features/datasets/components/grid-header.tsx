import { ArrowDown, ArrowUp, ChartNoAxesColumn } from "lucide-react";
import { useTranslation } from "react-i18next";
import { isNumber, type Placed } from "@/features/datasets/columns";
import { directionOf } from "@/features/datasets/filters";
import { classes } from "@/lib/classes";

interface Props {
  columns: readonly Placed[];
  /** Width of the rows' numbers. */
  numbers: number;
  height: number;
  sort: string | null;
  active: number | null;
  cellId: (column: number) => string;
  onSort: (column: string) => void;
  onColumn: (column: string) => void;
}

export function GridHeader({ columns, numbers, height, active, cellId, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus for its cells
    <div
      role="row"
      aria-rowindex={1}
      className="sticky top-0 z-20 border-b border-line-strong bg-panel"
      style={{ height }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus for its cells */}
      <div
        role="columnheader"
        aria-colindex={1}
        aria-label={t("data.row")}
        className="sticky left-0 z-10 flex h-full items-center justify-end bg-panel px-2 text-xs text-muted"
        style={{ width: numbers }}
      >
        {t("data.rowSign")}
      </div>
      {columns.map((one) => (
        <Head key={one.column.name} {...rest} placed={one} id={cellId(one.index)} on={active === one.index} />
      ))}
    </div>
  );
}

interface HeadProps extends Pick<Props, "sort" | "onSort" | "onColumn"> {
  placed: Placed;
  id: string;
  on: boolean;
}

const ORDERS = { up: "ascending", down: "descending" } as const;

function Head({ placed: { column, index, left, width }, id, on, sort, onSort, onColumn }: HeadProps) {
  const { t } = useTranslation();
  const direction = directionOf(sort, column.name);
  const Arrow = direction === "down" ? ArrowDown : ArrowUp;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus for its cells
    <div
      role="columnheader"
      id={id}
      aria-colindex={index + 2}
      aria-sort={direction ? ORDERS[direction] : undefined}
      className={classes(
        "absolute top-0 flex h-full items-center gap-1 border-l border-line pr-1 pl-2.5",
        on && "group-focus/grid:outline-2 group-focus/grid:-outline-offset-2 group-focus/grid:outline-accent",
      )}
      style={{ left, width }}
    >
      <button
        type="button"
        tabIndex={-1}
        title={t("data.sortBy", { column: column.title })}
        onClick={() => onSort(column.name)}
        className={classes("min-w-0 flex-1 rounded-sm", isNumber(column.type) ? "text-right" : "text-left")}
      >
        <span className="flex items-center gap-1 text-sm font-semibold">
          <span className="min-w-0 flex-1 truncate">{column.title}</span>
          {direction && <Arrow size={16} aria-hidden className="shrink-0 text-accent-ink" />}
        </span>
        <span className="block truncate text-xs leading-3.5 text-muted">
          {t(`data.types.${column.type}`)}
        </span>
      </button>
      <button
        type="button"
        tabIndex={-1}
        aria-label={t("data.about", { column: column.title })}
        title={t("data.about", { column: column.title })}
        onClick={() => onColumn(column.name)}
        className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-ink"
      >
        <ChartNoAxesColumn size={16} aria-hidden />
      </button>
    </div>
  );
}
