import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { INPUT } from "@/components/ui/field";
import { isNumber } from "@/features/datasets/columns";
import { useDataset } from "@/features/datasets/components/use-dataset";
import { type ColumnDraft, type Draft, fits, type Preview } from "@/features/datasets/draft";
import { classes } from "@/lib/classes";
import type { ColumnType, Dataset } from "@/lib/frames";

const TYPES: readonly ColumnType[] = [
  "text",
  "integer",
  "decimal",
  "double",
  "boolean",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "json",
];
const ROWS = 8;
/** Columns at first, and more at a time: each has three fields. */
const SHOWN = 40;

interface Props {
  preview: Preview;
  draft: Draft;
  onChange: (patch: Partial<Draft>) => void;
}

/** The first rows of the file, and above each column what becomes of it. */
export function ImportColumns({ preview, draft, onChange }: Props) {
  const { t } = useTranslation();
  const [most, setMost] = useState(SHOWN);
  const target = useDataset(fits(draft.mode) ? (draft.datasetId ?? "") : "");
  const shown = draft.columns.slice(0, most);
  const change = (index: number, patch: Partial<ColumnDraft>) =>
    onChange({ columns: draft.columns.map((one, at) => (at === index ? { ...one, ...patch } : one)) });
  return (
    <section aria-label={t("importing.columns")} className="flex min-w-0 flex-col gap-3">
      <h3 className="text-base font-semibold">{t("importing.columns")}</h3>
      <p className="-mt-2 text-sm text-muted">{t("importing.columnsHint")}</p>
      <div className="overflow-x-auto rounded-sm border border-line">
        <table className="border-collapse text-sm">
          <thead className="bg-panel align-top">
            <tr>
              {shown.map((column, index) => (
                <th
                  key={column.source}
                  scope="col"
                  className="border-r border-line p-2 text-left font-normal last:border-0"
                >
                  {target ? (
                    <Fitting column={column} dataset={target} onChange={(patch) => change(index, patch)} />
                  ) : (
                    <Free column={column} onChange={(patch) => change(index, patch)} />
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.slice(0, ROWS).map((row, at) => (
              <tr key={at} className="border-t border-line">
                {shown.map((column, index) => (
                  <Value key={column.source} column={column} value={row[index] ?? null} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {draft.columns.length > most && (
        <Button size="sm" className="self-start" onClick={() => setMost(most + SHOWN)}>
          {t("importing.more")}
        </Button>
      )}
    </section>
  );
}

interface HeadProps {
  column: ColumnDraft;
  onChange: (patch: Partial<ColumnDraft>) => void;
}

const FIELD = classes(INPUT, "h-8 px-2 text-sm");

/** A column with a name and a type of its own choice. */
function Free({ column, onChange }: HeadProps) {
  const { t } = useTranslation();
  const { source, name, type, skip } = column;
  return (
    <div className="flex w-44 flex-col gap-1.5">
      <label className="flex h-6 items-center gap-2 text-xs text-muted">
        <input
          type="checkbox"
          checked={!skip}
          onChange={(event) => onChange({ skip: !event.target.checked })}
          aria-label={t("importing.use", { name: source })}
          className="size-4 shrink-0 accent-accent"
        />
        <span className="truncate">{skip ? t("importing.left") : source}</span>
      </label>
      <input
        value={name}
        disabled={skip}
        maxLength={200}
        aria-label={t("importing.columnName", { name: source })}
        onChange={(event) => onChange({ name: event.target.value })}
        className={classes(FIELD, "font-semibold disabled:opacity-50")}
      />
      <select
        value={type}
        disabled={skip}
        aria-label={t("importing.columnType", { name: source })}
        onChange={(event) => onChange({ type: event.target.value as ColumnType })}
        className={classes(FIELD, "disabled:opacity-50")}
      >
        {TYPES.map((one) => (
          <option key={one} value={one}>
            {t(`data.types.${one}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A column that goes to one that the dataset has. */
function Fitting({ column, dataset, onChange }: HeadProps & { dataset: Dataset }) {
  const { t } = useTranslation();
  const { source, name, type, skip } = column;
  const choose = (wanted: string) => {
    const one = dataset.columns.find((candidate) => candidate.name === wanted);
    onChange(one ? { name: one.name, type: one.type, skip: false } : { name: source, skip: true });
  };
  return (
    <div className="flex w-44 flex-col gap-1.5">
      <span className="flex h-6 items-center truncate text-xs text-muted">{source}</span>
      <select
        value={skip ? "" : name}
        aria-label={t("importing.columnName", { name: source })}
        onChange={(event) => choose(event.target.value)}
        className={classes(FIELD, "font-semibold")}
      >
        <option value="">{t("importing.left")}</option>
        {dataset.columns.map((one) => (
          <option key={one.name} value={one.name}>
            {one.title}
          </option>
        ))}
      </select>
      <span className="h-5 truncate text-xs text-muted">{!skip && t(`data.types.${type}`)}</span>
    </div>
  );
}

function Value({ column, value }: { column: ColumnDraft; value: string | null }) {
  const { t } = useTranslation();
  return (
    <td
      title={value ?? undefined}
      className={classes(
        "max-w-48 truncate border-r border-line px-2 py-1 last:border-0",
        isNumber(column.type) && "tabular text-right",
        column.skip && "text-faint line-through",
      )}
    >
      {value ?? <span className="text-faint">{t("data.noValue")}</span>}
    </td>
  );
}
