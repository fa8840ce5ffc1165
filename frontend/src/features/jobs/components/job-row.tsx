import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useChat } from "@/app/store";
import { ProgressBar } from "@/components/ui/progress";
import { Ago } from "@/components/ui/time-text";
import { KindIcon, useKindName } from "@/features/jobs/components/kind";
import { StateChip } from "@/features/jobs/components/state-chip";
import { useKnownChain } from "@/features/jobs/components/use-chain";
import { useFilter } from "@/features/jobs/components/use-filter";
import { imageResult } from "@/features/jobs/result";
import { progressOf } from "@/features/jobs/state";
import { classes } from "@/lib/classes";
import { saved } from "@/lib/format";
import type { Job } from "@/lib/frames";

interface Props {
  job: Job;
  current: boolean;
  chosen: boolean;
  onToggle: () => void;
}

/** A line of a list: the job, or the chain that begins with it, and where it is. */
export const JobRow = memo(function JobRow({ job, current, chosen, onToggle }: Props) {
  const { t } = useTranslation();
  const { search } = useFilter();
  return (
    <div
      className={classes(
        "flex items-center gap-1 rounded-sm pl-2",
        current ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <label className="flex size-8 shrink-0 cursor-pointer items-center justify-center">
        <input
          type="checkbox"
          checked={chosen}
          onChange={onToggle}
          aria-label={t("jobs.choose", { subject: job.subject })}
          className="size-4 accent-accent"
        />
      </label>
      <JobLink job={job} href={`/jobs/${job.id}${search}`} current={current} />
    </div>
  );
});

interface LinkProps {
  job: Job;
  href: string;
  current?: boolean;
}

export function JobLink({ job: first, href, current = false }: LinkProps) {
  const { t, i18n } = useTranslation();
  const kindName = useKindName();
  const { steps, current: job } = useKnownChain(first);
  const progress = useChat((chat) => progressOf(chat.jobs, job));
  const result = imageResult(job);
  const made = result && !result.kept ? result.files[0] : undefined;
  return (
    <Link
      href={href}
      aria-current={current ? "page" : undefined}
      className="relative flex min-w-0 flex-1 items-center gap-2 rounded-sm py-2 pr-2 focus-visible:-outline-offset-2"
    >
      <KindIcon kind={first.kind} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{first.subject}</span>
        <span className="tabular block truncate text-xs text-muted">
          {steps.length > 1 ? t("jobs.stepCount", { count: steps.length }) : kindName(job.kind)} ·{" "}
          <Ago at={first.created_at} />
          {made && result && ` · ${saved(result.source.size, made.size, i18n.language)}`}
        </span>
      </span>
      <StateChip job={job} />
      {job.state === "running" && (
        <ProgressBar
          percent={progress?.percent ?? null}
          label={first.subject}
          className="absolute inset-x-0 bottom-0 h-1"
        />
      )}
    </Link>
  );
}
