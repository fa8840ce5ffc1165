import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/react/shallow";
import { useMe, useStore } from "@/app/store";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { NumberField } from "@/components/ui/number-field";
import { SelectField } from "@/components/ui/select";
import { listDatasets } from "@/features/datasets/api";
import { MOST_NAME } from "@/features/datasets/components/dataset-owner";
import { Section } from "@/features/datasets/components/reading-fields";
import { type Draft, MOST_REJECTS } from "@/features/datasets/draft";

/** Columns to choose a key from: keys stand in front. */
const MOST_OFFERED = 60;
const MODES = ["create", "append", "replace", "upsert"] as const;

interface Props {
  draft: Draft;
  onChange: (patch: Partial<Draft>) => void;
}

/** Where the rows go, and how many bad ones are put up with. */
export function ImportTarget({ draft, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Section title={t("importing.target")}>
      <SelectField
        label={t("importing.mode")}
        value={draft.mode}
        onChange={(mode) => onChange({ mode })}
        options={MODES.map((one) => [one, t(`importing.modes.${one}`)] as const)}
      />
      {draft.mode === "create" ? (
        <Field
          label={t("importing.name")}
          hint={t("importing.nameTaken")}
          value={draft.name}
          maxLength={MOST_NAME}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      ) : (
        <WhichDataset draft={draft} onChange={onChange} />
      )}
      <NumberField
        label={t("importing.maxRejects")}
        hint={t("importing.maxRejectsHint")}
        value={draft.maxRejects}
        least={0}
        most={MOST_REJECTS}
        onChange={(maxRejects) => onChange({ maxRejects })}
      />
      {draft.mode !== "append" && <KeyField draft={draft} onChange={onChange} />}
    </Section>
  );
}

function WhichDataset({ draft, onChange }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const mine = useStore(
    useShallow(({ chat }) => Object.values(chat.datasets.byId).filter((one) => one.owner_id === me)),
  );
  useEffect(() => void listDatasets("", null).catch(() => undefined), []);
  const chosen = mine.find((one) => one.id === draft.datasetId);
  const hint =
    draft.mode === "replace" && chosen ? t("importing.replaceWarning", { name: chosen.name }) : undefined;
  return (
    <SelectField
      label={t("importing.dataset")}
      hint={mine.length === 0 ? t("importing.noDatasets") : hint}
      value={draft.datasetId ?? ""}
      onChange={(id) => onChange({ datasetId: id || null })}
      options={[["", "–"] as const, ...mine.map((one) => [one.id, one.name] as const)]}
    />
  );
}

/** Columns that together name a row: needed to find rows again, and kept with the dataset. */
function KeyField({ draft, onChange }: Props) {
  const { t } = useTranslation();
  const toggle = (name: string, wanted: boolean) =>
    onChange({ key: wanted ? [...draft.key, name] : draft.key.filter((one) => one !== name) });
  return (
    <fieldset className="col-span-full">
      <legend className="mb-1 text-sm font-medium">{t("importing.keyColumns")}</legend>
      <p className="mb-1 text-xs text-muted">{t("importing.keyHint")}</p>
      <div className="flex max-h-40 flex-wrap gap-x-4 overflow-y-auto">
        {draft.columns
          .filter((one) => !one.skip)
          .slice(0, MOST_OFFERED)
          .map((one) => (
            <Checkbox
              key={one.source}
              checked={draft.key.includes(one.name)}
              onChange={(wanted) => toggle(one.name, wanted)}
            >
              {one.name}
            </Checkbox>
          ))}
      </div>
    </fieldset>
  );
}
