import { useTranslation } from "react-i18next";
import type { Row } from "@/features/datasets/row-source";
import { count } from "@/lib/format";
import type { DatasetColumn } from "@/lib/frames";

interface Props {
  columns: readonly DatasetColumn[];
  row: Row;
  /** Characters after which values are cut. */
  cut: number;
}

/** One row from top to bottom, for columns that do not stand beside each other. */
export function RowPanel({ columns, row, cut }: Props) {
  const { t, i18n } = useTranslation();
  const some = row.values.some((value) => (value?.length ?? 0) >= cut);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto p-4">
      <dl className="flex flex-col gap-3">
        {columns.map((column, index) => (
          <div key={column.name}>
            <dt className="text-xs text-muted">{column.title}</dt>
            <dd className="text-sm wrap-anywhere whitespace-pre-wrap">
              {row.values[index] ?? <span className="text-faint">{t("data.noValue")}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {some && (
        <p className="mt-4 text-xs text-muted">{t("data.cut", { most: count(cut, i18n.language) })}</p>
      )}
    </div>
  );
}
