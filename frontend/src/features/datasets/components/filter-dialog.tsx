import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, INPUT } from "@/components/ui/field";
import { SelectField } from "@/components/ui/select";
import {
  type Filter,
  MOST_FILTERS,
  needsValue,
  type Op,
  opsOf,
  problemOf,
  tidied,
} from "@/features/datasets/filters";
import { classes } from "@/lib/classes";
import type { ColumnType, DatasetColumn } from "@/lib/frames";

interface Props {
  columns: readonly DatasetColumn[];
  /** The column that it is about at first. */
  column?: string;
  /** How many filters there are already. */
  count: number;
  onAdd: (filter: Filter) => void;
  onClose: () => void;
}

/** One more thing that rows have to be. */
export function FilterDialog({ columns, column: first, count, onAdd, onClose }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(first ?? columns[0]?.name ?? "");
  const [op, setOp] = useState<Op | null>(null);
  const [value, setValue] = useState("");
  const [asked, setAsked] = useState(false);
  const column = columns.find((one) => one.name === name);
  const ops = column ? opsOf(column.type) : [];
  const chosen = ops.find((one) => one === op) ?? ops[0] ?? "eq";
  const type = column?.type ?? "text";
  const filter = { column: name, op: chosen, value: type === "boolean" && value === "" ? "true" : value };
  const problem = problemOf(filter, type);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (!problem && count < MOST_FILTERS) onAdd(tidied(filter, type));
  };
  return (
    <Dialog title={t("data.filterTitle")} onClose={onClose}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4 overflow-y-auto p-4">
        <SelectField
          label={t("data.filterColumn")}
          value={name}
          onChange={setName}
          options={columns.map((one) => [one.name, one.title] as const)}
        />
        <SelectField
          label={t("data.filterOp")}
          value={chosen}
          onChange={setOp}
          options={ops.map((one) => [one, t(`data.ops.${one}`)] as const)}
        />
        {needsValue(chosen) && (
          <Value
            type={type}
            op={chosen}
            value={filter.value}
            error={asked && problem ? t(`data.problems.${problem}`) : null}
            onChange={setValue}
          />
        )}
        {count >= MOST_FILTERS && (
          <p role="alert" className="text-sm text-danger-ink">
            {t("data.filterMost", { most: MOST_FILTERS })}
          </p>
        )}
        <Button type="submit" look="primary" className="self-end">
          {t("data.filterAdd")}
        </Button>
      </form>
    </Dialog>
  );
}

interface ValueProps {
  type: ColumnType;
  op: Op;
  value: string;
  error: string | null;
  onChange: (value: string) => void;
}

/** The field that fits the column's type. */
function Value({ type, op, value, error, onChange }: ValueProps) {
  const { t } = useTranslation();
  if (op === "in") return <Lines value={value} error={error} onChange={onChange} />;
  if (type === "boolean") {
    return (
      <SelectField
        label={t("data.filterValue")}
        value={value}
        onChange={onChange}
        options={[
          ["true", t("data.yes")],
          ["false", t("data.no")],
        ]}
      />
    );
  }
  return (
    <Field
      label={t("data.filterValue")}
      type={type === "date" ? "date" : "text"}
      inputMode={type === "integer" ? "numeric" : undefined}
      value={value}
      error={error}
      autoComplete="off"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function Lines({ value, error, onChange }: Pick<ValueProps, "value" | "error" | "onChange">) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {t("data.filterValues")}
      </label>
      <textarea
        id={id}
        rows={4}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-note` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className={classes(INPUT, "py-2", error && "border-danger")}
      />
      {error && (
        <p id={`${id}-note`} className="mt-1 text-xs text-danger-ink">
          {error}
        </p>
      )}
    </div>
  );
}
