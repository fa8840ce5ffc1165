import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useChat } from "@/app/store";
import { ProgressBar } from "@/components/ui/progress";
import { madeFile } from "@/features/datasets/result";
import { lookOf, StateChip } from "@/features/jobs/components/state-chip";
import { useFailureText } from "@/features/jobs/components/use-failure-text";
import { progressOf } from "@/features/jobs/state";
import { bytes } from "@/lib/format";
import type { Job } from "@/lib/frames";

/** One of a batch's downloads: its name, and in a line how far it is. Leads to the job. */
export const JobLine = memo(function JobLine({ job, tabIndex }: { job: Job; tabIndex: number }) {
  const { t, i18n } = useTranslation();
  const progress = useChat((chat) => progressOf(chat.jobs, job));
  const failureText = useFailureText();
  const size = (count: number) => bytes(count, i18n.language);
  const word = () => {
    const made = madeFile(job);
    if (made) return size(made.size);
    if (progress?.unit !== "bytes" || progress.done == null) return t(`jobs.states.${lookOf(job)}`);
    const done = size(progress.done);
    return progress.total ? t("downloads.of", { done, total: size(progress.total) }) : done;
  };
  return (
    <Link
      href={`/jobs/${job.id}`}
      tabIndex={tabIndex}
      className="relative flex min-h-9 items-center gap-2 py-1 rounded-sm px-1.5 hover:bg-hover focus-visible:-outline-offset-2"
    >
      <StateChip job={job} iconOnly />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm">{job.subject}</span>
        {job.error && (
          <span className="block text-xs wrap-anywhere text-danger-ink">{failureText(job.error)}</span>
        )}
      </span>
      <span className="tabular shrink-0 text-xs text-muted">{word()}</span>
      {job.state === "running" && (
        <ProgressBar
          percent={progress?.percent ?? null}
          label={job.subject}
          className="absolute inset-x-1.5 bottom-0 h-1"
        />
      )}
    </Link>
  );
});
