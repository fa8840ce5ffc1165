import { Rows3 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { EmptyState, ErrorState } from "@/components/ui/states";
import { countRows, type View, wantDatasets } from "@/features/datasets/api";
import { DataGrid } from "@/features/datasets/components/data-grid";
import { useRows } from "@/features/datasets/components/use-rows";
import type { Row, RowSource } from "@/features/datasets/row-source";
import { useErrorText } from "@/lib/error-text";
import { asWarrenError } from "@/lib/errors";
import { count } from "@/lib/format";
import type { Dataset } from "@/lib/frames";
import { useLoaded } from "@/lib/use-loaded";

interface Props {
  dataset: Dataset;
  view: View;
  onSort: (column: string) => void;
  onColumn: (column: string) => void;
  onRow: (index: number, row: Row, cut: number) => void;
}

/** The rows of the view, and how many they are. */
export function DatasetTable({ dataset, view, ...on }: Props) {
  const source = useRows(dataset, view);
  const counted = useCount(dataset, view);
  const total = source.total(counted?.count ?? 0);
  const retry = () => {
    // The table was replaced meanwhile: the dataset tells of the new one.
    if (asWarrenError(source.error).code === "conflict") wantDatasets([dataset.id]);
    source.retry();
  };
  if (source.error && source.held === 0) return <ErrorState error={source.error} retry={retry} />;
  if (source.ended && total === 0) return <NoRows filtered={view.filter.length > 0} />;
  return (
    <>
      <DataGrid
        label={dataset.name}
        columns={dataset.columns}
        source={source}
        total={total}
        view={view}
        {...on}
      />
      <Foot
        dataset={dataset}
        source={source}
        total={total}
        exact={source.ended || (counted?.exact ?? false)}
        filtered={view.filter.length > 0}
        onRetry={retry}
      />
    </>
  );
}

function useCount(dataset: Dataset, { filter }: View): { count: number; exact: boolean } | undefined {
  const key = JSON.stringify([dataset.id, dataset.rev, filter]);
  const all = { count: dataset.rows, exact: true };
  const { data, fresh } = useLoaded(key, () =>
    filter.length > 0 ? countRows(dataset.id, filter) : Promise.resolve(all),
  );
  if (filter.length === 0) return all;
  return fresh ? data : undefined;
}

function NoRows({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  return (
    <EmptyState icon={<Rows3 size={20} />} sentence={t(filtered ? "data.noRows" : "data.noRowsAtAll")} />
  );
}

interface FootProps {
  dataset: Dataset;
  source: RowSource;
  total: number;
  exact: boolean;
  filtered: boolean;
  onRetry: () => void;
}

/** How many rows there are, how far the way to a far one is, and what went wrong on it. */
function Foot({ dataset, source, total, exact, filtered, onRetry }: FootProps) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const number = (value: number) => count(value, i18n.language);
  const said = () => {
    if (!filtered) return t("data.rows", { count: total });
    return t(exact ? "data.someRows" : "data.aboutRows", { count: total, all: number(dataset.rows) });
  };
  return (
    <footer className="flex min-h-8 shrink-0 items-center gap-2 border-t border-line px-4 text-xs text-muted">
      {source.error ? (
        <>
          <span role="alert" className="text-danger-ink">
            {errorText(source.error)}
          </span>
          <Button size="sm" onClick={onRetry}>
            {t("common.retry")}
          </Button>
        </>
      ) : (
        <span role="status" className="tabular">
          {said()}
        </span>
      )}
    </footer>
  );
}
