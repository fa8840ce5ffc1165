import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useChat } from "@/app/store";
import { ProgressBar } from "@/components/ui/progress";
import { Picture } from "@/features/files/components/picture";
import { useFile } from "@/features/files/components/use-file";
import { isPicture } from "@/features/files/state";
import { KindIcon } from "@/features/jobs/components/kind";
import { lookOf, StateChip } from "@/features/jobs/components/state-chip";
import { faceId, imageResult } from "@/features/jobs/result";
import { progressOf } from "@/features/jobs/state";
import { percent, saved } from "@/lib/format";
import type { Job } from "@/lib/frames";

/** One of a batch's jobs: its picture, and in a line how far it is. Leads to the job. */
export const SmallJob = memo(function SmallJob({ job, tabIndex }: { job: Job; tabIndex: number }) {
  const { t, i18n } = useTranslation();
  const file = useFile(faceId(job));
  const progress = useChat((chat) => progressOf(chat.jobs, job));
  const result = imageResult(job);
  const first = result && !result.kept ? result.files[0] : undefined;
  const word = () => {
    if (first && result) return saved(result.source.size, first.size, i18n.language);
    if (job.state === "running" && progress?.percent != null) return percent(progress.percent, i18n.language);
    return t(`jobs.states.${lookOf(job)}`);
  };
  return (
    <Link
      href={`/jobs/${job.id}`}
      tabIndex={tabIndex}
      aria-label={`${job.subject}: ${word()}`}
      title={job.subject}
      className="relative flex flex-col overflow-hidden rounded-sm border border-line hover:border-line-strong"
    >
      <span className="flex h-16 items-center justify-center bg-hover">
        {file && isPicture(file) ? (
          <Picture file={file} alt="" className="size-full" />
        ) : (
          <KindIcon kind={job.kind} size={20} />
        )}
      </span>
      <span className="absolute top-1 right-1">
        <StateChip job={job} iconOnly />
      </span>
      {job.state === "running" && (
        <ProgressBar
          percent={progress?.percent ?? null}
          label={job.subject}
          className="absolute inset-x-1 top-13.5"
        />
      )}
      <span className="tabular block truncate px-1.5 py-0.5 text-center text-xs">{word()}</span>
    </Link>
  );
});
