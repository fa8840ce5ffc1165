import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useChat } from "@/app/store";
import { ProgressBar } from "@/components/ui/progress";
import { Ago } from "@/components/ui/time-text";
import { KindIcon, useKindName } from "@/features/jobs/components/kind";
import { StateChip } from "@/features/jobs/components/state-chip";
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

export const JobRow = memo(function JobRow({ job, current, chosen, onToggle }: Props) {
  const { t, i18n } = useTranslation();
  const kindName = useKindName();
  const { search } = useFilter();
  const progress = useChat((chat) => progressOf(chat.jobs, job));
  const result = imageResult(job);
  const first = result && !result.kept ? result.files[0] : undefined;
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
      <Link
        href={`/jobs/${job.id}${search}`}
        aria-current={current ? "page" : undefined}
        className="relative flex min-w-0 flex-1 items-center gap-2 rounded-sm py-2 pr-2 focus-visible:-outline-offset-2"
      >
        <KindIcon kind={job.kind} />
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{job.subject}</span>
          <span className="tabular block truncate text-xs text-muted">
            {kindName(job.kind)} · <Ago at={job.created_at} />
            {first && result && ` · ${saved(result.source.size, first.size, i18n.language)}`}
          </span>
        </span>
        <StateChip job={job} />
        {job.state === "running" && (
          <ProgressBar
            percent={progress?.percent ?? null}
            label={job.subject}
            className="absolute inset-x-0 bottom-0 h-1"
          />
        )}
      </Link>
    </div>
  );
});
