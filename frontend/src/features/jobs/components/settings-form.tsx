import { ChevronRight, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Fine, Goal, Size } from "@/features/jobs/components/output-fields";
import { Part } from "@/features/jobs/components/part";
import { StepList } from "@/features/jobs/components/step-list";
import { useProblems } from "@/features/jobs/components/use-problems";
import { addCopy, changeCopy, chooseOutput, removeCopy, reset, useForm } from "@/features/jobs/form";
import { MOST_OUTPUTS } from "@/features/jobs/operations";
import type { Copy, ImageSettings } from "@/features/jobs/settings";

/** What is to be done to pictures. Every change that is right counts at once, for the next ones. */
export function SettingsForm() {
  const { t } = useTranslation();
  const settings = useForm();
  const { any } = useProblems(settings);
  const fields = { output: settings.output, path: "outputs.0", onChange: chooseOutput };
  return (
    <div className="flex flex-col gap-4">
      <Goal {...fields} />
      <Size {...fields} />
      <More settings={settings}>
        <StepList steps={settings.steps} />
        <Part title={t("settingsForm.file")}>
          <Fine {...fields} />
        </Part>
        <Copies copies={settings.copies} />
      </More>
      <p role="status" className="text-sm text-danger-ink empty:hidden">
        {any && t("settingsForm.notYet")}
      </p>
      <Button size="sm" look="quiet" className="self-start" onClick={reset}>
        {t("settingsForm.reset")}
      </Button>
    </div>
  );
}

/** Open from the start where something in it was chosen. */
function More({ settings, children }: { settings: ImageSettings; children: ReactNode }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(() => settings.steps.length > 0 || settings.copies.length > 0);
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="rounded-md border border-line"
    >
      <summary className="flex min-h-10 cursor-pointer items-center gap-2 rounded-md px-3 text-sm font-medium select-none hover:bg-hover">
        <ChevronRight size={16} aria-hidden className={open ? "rotate-90" : undefined} />
        {t("settingsForm.more")}
        {settings.steps.length > 0 && (
          <span className="tabular font-normal text-muted">
            {t("settingsForm.changeCount", { count: settings.steps.length })}
          </span>
        )}
      </summary>
      <div className="flex flex-col gap-6 border-t border-line p-3">{children}</div>
    </details>
  );
}

/** Further renditions of the same picture, in other sizes or formats. */
function Copies({ copies }: { copies: readonly Copy[] }) {
  const { t } = useTranslation();
  return (
    <Part title={t("settingsForm.copies")}>
      <p className="text-xs text-muted">{t("settingsForm.copiesHint")}</p>
      {copies.map((copy, index) => (
        <CopyFields key={copy.id} copy={copy} number={index + 1} />
      ))}
      {copies.length + 1 < MOST_OUTPUTS && (
        <Button size="sm" className="self-start" onClick={addCopy}>
          <Plus size={16} aria-hidden /> {t("settingsForm.addCopy")}
        </Button>
      )}
    </Part>
  );
}

function CopyFields({ copy, number }: { copy: Copy; number: number }) {
  const { t } = useTranslation();
  const fields = {
    output: copy.output,
    path: `outputs.${number}`,
    onChange: (patch: object) => changeCopy(copy.id, patch),
  };
  return (
    <fieldset className="flex flex-col gap-4 rounded-sm border border-line bg-panel p-3">
      <legend className="px-1 text-sm font-medium">{t("settingsForm.copy", { number })}</legend>
      <Goal {...fields} />
      <Size {...fields} />
      <Fine {...fields} />
      <Button size="sm" look="quiet" className="self-start" onClick={() => removeCopy(copy.id)}>
        {t("settingsForm.removeCopy", { number })}
      </Button>
    </fieldset>
  );
}
