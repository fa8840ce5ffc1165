import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/ui/button";
import { Part } from "@/features/jobs/components/part";
import { StepFields } from "@/features/jobs/components/step-fields";
import { addStep, moveStep, removeStep } from "@/features/jobs/form";
import { FRESH, MOST_OPERATIONS, type OperationName } from "@/features/jobs/operations";
import type { Step } from "@/features/jobs/settings";

const NAMES = Object.keys(FRESH) as OperationName[];

/** What is done to each picture, in this order. */
export function StepList({ steps }: { steps: readonly Step[] }) {
  const { t } = useTranslation();
  return (
    <Part title={t("settingsForm.changes")}>
      {steps.length > 0 && (
        <ol className="flex flex-col gap-2">
          {steps.map((step, index) => (
            <StepCard key={step.id} step={step} index={index} last={index === steps.length - 1} />
          ))}
        </ol>
      )}
      {steps.length < MOST_OPERATIONS && (
        <fieldset className="flex flex-wrap gap-1.5">
          <legend className="mb-1.5 text-xs text-muted">{t("settingsForm.add")}</legend>
          {NAMES.map((op) => (
            <Button key={op} size="sm" onClick={() => addStep(op)}>
              {t(`settingsForm.operations.${op}`)}
            </Button>
          ))}
        </fieldset>
      )}
    </Part>
  );
}

interface CardProps {
  step: Step;
  index: number;
  last: boolean;
}

function StepCard({ step, index, last }: CardProps) {
  const { t } = useTranslation();
  const name = t(`settingsForm.operations.${step.operation.op}`);
  return (
    <li aria-label={name} className="rounded-sm border border-line bg-panel">
      <div className="flex min-h-10 items-center gap-1 pr-1 pl-3">
        <h5 className="min-w-0 flex-1 truncate text-sm font-medium">
          <span className="tabular text-muted">{index + 1}.</span> {name}
        </h5>
        {index > 0 && (
          <IconButton label={t("settingsForm.earlier", { name })} onClick={() => moveStep(step.id, -1)}>
            <ArrowUp size={16} />
          </IconButton>
        )}
        {!last && (
          <IconButton label={t("settingsForm.later", { name })} onClick={() => moveStep(step.id, 1)}>
            <ArrowDown size={16} />
          </IconButton>
        )}
        <IconButton label={t("settingsForm.remove", { name })} onClick={() => removeStep(step.id)}>
          <X size={16} />
        </IconButton>
      </div>
      <div className="flex flex-col gap-4 border-t border-line p-3 empty:hidden">
        <StepFields step={step} path={`operations.${index}`} />
      </div>
    </li>
  );
}
