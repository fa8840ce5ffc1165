import {
  Ban,
  Check,
  CircleAlert,
  Clock,
  Hourglass,
  Loader,
  Pause,
  RotateCw,
  ShieldCheck,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { imageResult } from "@/features/jobs/result";
import { classes } from "@/lib/classes";
import type { Job } from "@/lib/frames";

const LOOKS = {
  waiting: [Hourglass, "bg-hover text-muted"],
  queued: [Clock, "bg-hover text-muted"],
  running: [Loader, "bg-accent-soft text-accent-ink"],
  paused: [Pause, "bg-hover text-ink"],
  retrying: [RotateCw, "bg-warn-soft text-warn-ink"],
  succeeded: [Check, "bg-accent-soft text-accent-ink"],
  kept: [ShieldCheck, "bg-hover text-ink"],
  failed: [CircleAlert, "bg-danger-soft text-danger-ink"],
  cancelled: [Ban, "bg-hover text-muted"],
  cancelling: [Ban, "bg-warn-soft text-warn-ink"],
  pausing: [Pause, "bg-warn-soft text-warn-ink"],
} as const;

export type Look = keyof typeof LOOKS;

/** What the job's chip says: its state, and three things that people want to tell apart from it. */
export function lookOf(job: Job): Look {
  if (job.cancelling && job.state !== "cancelled") return "cancelling";
  if (job.pausing && job.state === "running") return "pausing";
  return job.state === "succeeded" && imageResult(job)?.kept ? "kept" : job.state;
}

export function StateChip({ job, iconOnly = false }: { job: Job; iconOnly?: boolean }) {
  const { t } = useTranslation();
  const look = lookOf(job);
  const [Icon, colors] = LOOKS[look];
  return (
    <span
      className={classes(
        "inline-flex shrink-0 items-center gap-1 rounded-full text-xs font-medium whitespace-nowrap",
        iconOnly ? "size-5 justify-center" : "h-6 px-2",
        colors,
      )}
      title={iconOnly ? t(`jobs.states.${look}`) : undefined}
    >
      <Icon size={iconOnly ? 12 : 16} aria-hidden />
      <span className={iconOnly ? "sr-only" : undefined}>{t(`jobs.states.${look}`)}</span>
    </span>
  );
}
