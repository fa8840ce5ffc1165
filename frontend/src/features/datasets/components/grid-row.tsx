import { useTranslation } from "react-i18next";
import { isNumber, type Placed } from "@/features/datasets/columns";
import type { Row } from "@/features/datasets/row-source";
import { classes } from "@/lib/classes";
import { count } from "@/lib/format";

interface Props {
  index: number;
  /** Undefined while it is on its way. */
  row: Row | undefined;
  columns: readonly Placed[];
  numbers: number;
  y: number;
  height: number;
  active: number | null;
  idPrefix: string;
  onActive: (column: number) => void;
  onOpen: (index: number, row: Row) => void;
}

export function GridRow({ index, row, columns, numbers, y, height, active, idPrefix, ...on }: Props) {
  const { i18n } = useTranslation();
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus for its cells
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-busy={row ? undefined : true}
      onDoubleClick={() => row && on.onOpen(index, row)}
      className="group/line absolute inset-x-0 border-b border-line hover:bg-panel"
      style={{ top: y, height }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus for its cells */}
      <div
        role="rowheader"
        aria-colindex={1}
        className="tabular sticky left-0 z-10 flex h-full items-center justify-end bg-panel px-2 text-xs text-muted"
        style={{ width: numbers }}
      >
        {row ? (
          <button
            type="button"
            tabIndex={-1}
            onClick={() => on.onOpen(index, row)}
            className="min-h-6 min-w-6 rounded-sm text-right hover:bg-hover"
          >
            {count(index + 1, i18n.language)}
          </button>
        ) : (
          count(index + 1, i18n.language)
        )}
      </div>
      {columns.map((one) => (
        <Value
          key={one.column.name}
          placed={one}
          id={`${idPrefix}${one.index}`}
          value={row?.values[one.index]}
          on={active === one.index}
          onActive={on.onActive}
        />
      ))}
    </div>
  );
}

interface ValueProps {
  placed: Placed;
  id: string;
  /** Null: it has none. Undefined: not known yet. */
  value: string | null | undefined;
  on: boolean;
  onActive: (column: number) => void;
}

function Value({ placed: { column, index, left, width }, id, value, on, onActive }: ValueProps) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus for its cells
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys for its cells
    <div
      role="gridcell"
      id={id}
      aria-colindex={index + 2}
      onClick={() => onActive(index)}
      title={value ?? undefined}
      className={classes(
        "absolute top-0 h-full truncate border-l border-line px-2.5 text-sm leading-8 whitespace-pre",
        isNumber(column.type) && "tabular text-right",
        on && "outline-2 -outline-offset-2 outline-line-strong group-focus/grid:outline-accent",
      )}
      style={{ left, width }}
    >
      {value === undefined ? (
        <span aria-hidden className="inline-block h-2.5 w-3/5 rounded-sm bg-hover align-middle" />
      ) : value === null ? (
        <span className="text-faint" title={t("data.noValue")}>
          <span aria-hidden>–</span>
          <span className="sr-only">{t("data.noValue")}</span>
        </span>
      ) : (
        value
      )}
    </div>
  );
}
