import { ArrowDown, ArrowUp, ListFilter } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { columnStats } from "@/features/datasets/api";
import { FilterDialog } from "@/features/datasets/components/filter-dialog";
import { Histogram } from "@/features/datasets/components/histogram";
import { TopValues } from "@/features/datasets/components/top-values";
import type { ViewState } from "@/features/datasets/components/use-view";
import { directionOf } from "@/features/datasets/filters";
import { count, percent } from "@/lib/format";
import type { ColumnStats, Dataset, DatasetColumn } from "@/lib/frames";
import { useLoaded } from "@/lib/use-loaded";

interface Props {
  dataset: Dataset;
  column: DatasetColumn;
  state: ViewState;
}

/** What one may do with a column, and what is in it. */
export function ColumnPanel({ dataset, column, state }: Props) {
  const { t } = useTranslation();
  const { filter } = state.view;
  const key = JSON.stringify([dataset.id, dataset.rev, column.name, filter]);
  const { data, error, reload } = useLoaded(key, () => columnStats(dataset.id, column.name, filter));
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto p-4">
      <p className="text-sm text-muted">
        {t(`data.types.${column.type}`)} · <code className="text-xs">{column.name}</code>
      </p>
      <Actions dataset={dataset} column={column} state={state} />
      {error ? (
        <ErrorState error={error} retry={reload} />
      ) : data ? (
        <Stats stats={data} column={column} state={state} />
      ) : (
        <Skeleton rows={5} avatar={false} />
      )}
    </div>
  );
}

function Actions({ dataset, column, state }: Props) {
  const { t } = useTranslation();
  const [filtering, setFiltering] = useState(false);
  const direction = directionOf(state.view.sort, column.name);
  const sort = (wanted: string) => state.setSort(state.view.sort === wanted ? null : wanted);
  return (
    <div className="flex flex-wrap gap-2">
      <Button size="sm" aria-pressed={direction === "up"} onClick={() => sort(column.name)}>
        <ArrowUp size={16} aria-hidden /> {t(direction === "up" ? "data.sortOff" : "data.sortUp")}
      </Button>
      <Button size="sm" aria-pressed={direction === "down"} onClick={() => sort(`-${column.name}`)}>
        <ArrowDown size={16} aria-hidden /> {t(direction === "down" ? "data.sortOff" : "data.sortDown")}
      </Button>
      <Button size="sm" onClick={() => setFiltering(true)}>
        <ListFilter size={16} aria-hidden /> {t("data.filter")}
      </Button>
      {filtering && (
        <FilterDialog
          columns={dataset.columns}
          column={column.name}
          count={state.filters.length}
          onAdd={(filter) => {
            setFiltering(false);
            state.setFilters([...state.filters, filter]);
          }}
          onClose={() => setFiltering(false)}
        />
      )}
    </div>
  );
}

interface StatsProps {
  stats: ColumnStats;
  column: DatasetColumn;
  state: ViewState;
}

function Stats({ stats, column, state }: StatsProps) {
  const { t, i18n } = useTranslation();
  const rows = t("data.rows", { count: stats.rows });
  const { language } = i18n;
  const part = stats.rows > 0 ? (stats.nulls / stats.rows) * 100 : 0;
  const facts: [string, string][] = [
    [t("data.stats.empty"), `${count(stats.nulls, language)} (${percent(part, language)})`],
    [t("data.stats.distinct"), count(stats.distinct, language)],
    ...(stats.min === null ? [] : [[t("data.stats.least"), stats.min] satisfies [string, string]]),
    ...(stats.max === null ? [] : [[t("data.stats.most"), stats.max] satisfies [string, string]]),
    ...(stats.mean === null
      ? []
      : [[t("data.stats.mean"), rounded(stats.mean, language)] satisfies [string, string]]),
  ];
  return (
    <>
      <p className="text-xs text-muted">
        {t(stats.exact ? "data.stats.looked" : "data.stats.sample", { rows })}
        {state.filters.length > 0 && ` · ${t("data.stats.filtered")}`}
      </p>
      <Histogram stats={stats} />
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="tabular truncate text-right" title={value}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      <TopValues stats={stats} column={column} state={state} />
    </>
  );
}

const rounded = (value: number, language: string): string =>
  new Intl.NumberFormat(language, { maximumSignificantDigits: 6 }).format(value);
