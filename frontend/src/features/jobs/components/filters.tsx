import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/select";
import { useKindName } from "@/features/jobs/components/kind";
import { STATES, useFilter } from "@/features/jobs/components/use-filter";
import { KIND } from "@/features/jobs/settings";

const KINDS = [
  KIND,
  "download.fetch",
  "dataset.import",
  "dataset.export",
  "dataset.preview",
  "file.inspect",
  "probe.noop",
  "probe.fail",
] as const;

/** By state and kind; the batch comes from a link and can only be left. */
export function Filters() {
  const { t } = useTranslation();
  const kindName = useKindName();
  const { filter, change } = useFilter();
  const state = STATES.find((one) => one === filter.state) ?? "";
  return (
    <div className="flex flex-wrap items-end gap-2 px-3 pb-2">
      <SelectField
        label={t("jobs.state")}
        value={state}
        onChange={(value) => change({ state: STATES.find((one) => one === value) ?? null })}
        options={[["", t("jobs.any")], ...STATES.map((one) => [one, t(`jobs.states.${one}`)] as const)]}
        compact
        className="min-w-28 flex-1"
      />
      <SelectField
        label={t("jobs.kind")}
        value={filter.kind ?? ""}
        onChange={(value) => change({ kind: value || null })}
        options={[["", t("jobs.any")], ...KINDS.map((one) => [one, kindName(one)] as const)]}
        compact
        className="min-w-28 flex-1"
      />
      {filter.batchId && (
        <Button look="quiet" onClick={() => change({ batchId: null })}>
          <X size={16} aria-hidden /> {t("jobs.leaveBatch")}
        </Button>
      )}
    </div>
  );
}
