import { useTranslation } from "react-i18next";
import type { Row } from "@/features/datasets/row-source";
import type { DatasetColumn } from "@/lib/frames";

/** One row from top to bottom, for columns that do not stand beside each other. */
export function RowPanel({ columns, row }: { columns: readonly DatasetColumn[]; row: Row }) {
  const { t } = useTranslation();
  return (
    <dl tabIndex={0} className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto p-4">
      {columns.map((column, index) => (
        <div key={column.name}>
          <dt className="text-xs text-muted">{column.title}</dt>
          <dd className="text-sm wrap-anywhere whitespace-pre-wrap">
            {row.values[index] ?? <span className="text-faint">{t("data.noValue")}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
