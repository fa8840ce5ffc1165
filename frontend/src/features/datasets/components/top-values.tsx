import { useTranslation } from "react-i18next";
import type { ViewState } from "@/features/datasets/components/use-view";
import { asText, type Filter, MOST_FILTERS } from "@/features/datasets/filters";
import { count } from "@/lib/format";
import type { ColumnStats, DatasetColumn } from "@/lib/frames";

interface Props {
  stats: ColumnStats;
  column: DatasetColumn;
  state: ViewState;
}

/** The most frequent values, each with its share as a bar; a click narrows the rows to it. */
export function TopValues({ stats: { top, rows }, column, state }: Props) {
  const { t, i18n } = useTranslation();
  if (top.length === 0) return null;
  const full = state.filters.length >= MOST_FILTERS;
  const only = (filter: Filter) => {
    const same = state.filters.some((one) => asText(one) === asText(filter));
    if (!same) state.setFilters([...state.filters, filter]);
  };
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">{t("data.stats.top")}</h3>
      <ul className="flex flex-col gap-0.5">
        {top.map(({ value, count: times }) => (
          <li key={value ?? ""}>
            <button
              type="button"
              disabled={full || column.type === "json"}
              title={t("data.stats.only", { value: value ?? t("data.noValue") })}
              onClick={() => only(filterFor(column.name, value))}
              className="relative flex h-7 w-full items-center gap-3 overflow-hidden rounded-sm px-2 text-left text-sm enabled:hover:bg-hover"
            >
              <span
                aria-hidden
                className="absolute inset-y-0.5 left-0 rounded-sm bg-accent-soft"
                style={{ width: `${(times / Math.max(1, rows)) * 100}%` }}
              />
              <span className="relative min-w-0 flex-1 truncate">
                {value ?? <span className="text-muted">{t("data.noValue")}</span>}
              </span>
              <span className="tabular relative text-xs text-muted">{count(times, i18n.language)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const filterFor = (column: string, value: string | null): Filter =>
  value === null ? { column, op: "is_null", value: "" } : { column, op: "eq", value };
