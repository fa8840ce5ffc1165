import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/ui/field";
import { NumberField } from "@/components/ui/number-field";
import { SelectField } from "@/components/ui/select";
import { DelimiterField } from "@/features/datasets/components/delimiter-field";
import type { Format, Preview, Reading, ReadOptions } from "@/features/datasets/draft";
import { useLater } from "@/lib/use-later";

const FORMATS = ["csv", "json", "parquet", "xlsx"] as const;
const ENCODINGS = ["utf-8", "utf-16", "latin-1", "windows-1252"] as const;
const MOST_SKIPPED = 10_000;

interface Props {
  preview: Preview;
  reading: Reading;
  onChange: (patch: Partial<Reading>) => void;
}

/** How the file is read: what was found, until somebody says otherwise. Each change looks at the file again. */
export function ReadingFields({ preview, reading, onChange }: Props) {
  const { t } = useTranslation();
  const found = shown(preview, reading);
  const option = (patch: ReadOptions) => onChange({ options: { ...reading.options, ...patch } });
  return (
    <Section title={t("importing.reading")}>
      <SelectField
        label={t("importing.format")}
        value={reading.format ?? ""}
        onChange={(value: Format | "") => onChange({ format: value || null, options: {} })}
        options={[
          ["", `${t("importing.formats.auto")} (${t(`importing.short.${preview.format}`)})`],
          ...FORMATS.map((one) => [one, t(`importing.formats.${one}`)] as const),
        ]}
      />
      {preview.members.length > 1 && (
        <SelectField
          label={t("importing.member")}
          value={found.member ?? preview.members[0] ?? ""}
          onChange={(member) => onChange({ options: { member } })}
          options={preview.members.map((one) => [one, one] as const)}
        />
      )}
      {preview.sheets.length > 0 && (
        <SelectField
          label={t("importing.sheet")}
          value={found.sheet ?? preview.sheets[0] ?? ""}
          onChange={(sheet) => onChange({ options: { ...reading.options, sheet } })}
          options={preview.sheets.map((one) => [one, one] as const)}
        />
      )}
      {preview.format === "csv" && <CsvFields found={found} onChange={option} />}
      {preview.format !== "parquet" && <NullsField found={found} onChange={option} />}
    </Section>
  );
}

/** What was chosen counts at once, before the file has been looked at again. */
const shown = (preview: Preview, { options }: Reading): ReadOptions => ({ ...preview.options, ...options });

interface FieldsProps {
  found: ReadOptions;
  onChange: (patch: ReadOptions) => void;
}

function CsvFields({ found, onChange }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <DelimiterField value={found.delimiter ?? ","} onChange={(delimiter) => onChange({ delimiter })} />
      <SelectField
        label={t("importing.encoding")}
        value={found.encoding ?? "utf-8"}
        onChange={(encoding) => onChange({ encoding })}
        options={ENCODINGS.map((one) => [one, one.toLocaleUpperCase()] as const)}
      />
      <SelectField
        label={t("importing.header")}
        value={found.header === false ? "no" : "yes"}
        onChange={(value) => onChange({ header: value === "yes" })}
        options={(["yes", "no"] as const).map((one) => [one, t(`importing.headers.${one}`)] as const)}
      />
      <SelectField
        label={t("importing.decimal")}
        value={found.decimal === "," ? "comma" : "point"}
        onChange={(value) => onChange({ decimal: value === "comma" ? "," : "." })}
        options={(["point", "comma"] as const).map((one) => [one, t(`importing.decimals.${one}`)] as const)}
      />
      <NumberField
        label={t("importing.skip")}
        value={found.skip ?? 0}
        least={0}
        most={MOST_SKIPPED}
        onChange={(skip) => onChange({ skip: Math.max(0, Math.min(MOST_SKIPPED, Math.round(skip ?? 0))) })}
      />
      <LateField
        label={t("importing.dates")}
        hint={t("importing.datesHint")}
        value={found.date_format ?? ""}
        onChange={(value) => onChange({ date_format: value.trim() || null })}
      />
    </>
  );
}

function NullsField({ found, onChange }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <LateField
      label={t("importing.nulls")}
      hint={t("importing.nullsHint")}
      value={(found.null_markers ?? []).filter((one) => one !== "").join(" ")}
      onChange={(value) => {
        const markers = value.split(/\s+/).filter(Boolean);
        onChange({ null_markers: markers.length > 0 ? ["", ...markers] : null });
      }}
    />
  );
}

interface LateProps {
  label: string;
  hint: string;
  value: string;
  onChange: (value: string) => void;
}

/** A text that counts a moment after the last key: each change costs a look into the file. */
function LateField({ value, onChange, ...rest }: LateProps) {
  const [text, setText] = useState(value);
  const later = useLater();
  return (
    <Field
      {...rest}
      value={text}
      autoComplete="off"
      onChange={(event) => {
        const { value: typed } = event.target;
        setText(typed);
        later(() => onChange(typed));
      }}
    />
  );
}

export function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3">
      <h3 className="text-base font-semibold">{title}</h3>
      {hint && <p className="-mt-2 text-sm text-muted">{hint}</p>}
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(220px,100%),1fr))] gap-4">{children}</div>
    </section>
  );
}
