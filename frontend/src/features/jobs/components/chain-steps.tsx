import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useKindName } from "@/features/jobs/components/kind";
import { lookOf, StateChip } from "@/features/jobs/components/state-chip";
import { classes } from "@/lib/classes";
import type { Job } from "@/lib/frames";

interface Props {
  steps: readonly Job[];
  /** The step whose page this is. */
  shownId: string | null;
}

/** A chain's steps as a line of small chips, each of which leads to the step's own page. */
export function ChainSteps({ steps, shownId }: Props) {
  const { t } = useTranslation();
  const kindName = useKindName();
  return (
    <ol aria-label={t("jobs.steps")} className="flex flex-wrap items-center gap-y-1">
      {steps.map((step, index) => (
        <li key={step.id} className="flex min-w-0 items-center">
          {index > 0 && <ChevronRight size={16} aria-hidden className="shrink-0 text-faint" />}
          <Link
            href={`/jobs/${step.id}`}
            aria-current={step.id === shownId ? "step" : undefined}
            aria-label={`${kindName(step.kind)}: ${t(`jobs.states.${lookOf(step)}`)}`}
            className={classes(
              "inline-flex h-7 min-w-0 items-center gap-1.5 rounded-full border pr-2.5 pl-1 text-xs font-medium hover:bg-hover",
              step.id === shownId ? "border-accent" : "border-line",
            )}
          >
            <StateChip job={step} iconOnly />
            <span className="truncate">{kindName(step.kind)}</span>
          </Link>
        </li>
      ))}
    </ol>
  );
}
