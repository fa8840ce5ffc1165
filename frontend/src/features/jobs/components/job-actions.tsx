import { Columns2, RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMe } from "@/app/store";
import { Button } from "@/components/ui/button";
import { cancelJob, retryJob } from "@/features/jobs/api";
import { useAct } from "@/features/jobs/components/use-act";
import { imageResult } from "@/features/jobs/result";
import { isOver } from "@/features/jobs/state";
import type { Job } from "@/lib/frames";

/** What its owner may do with a job, and everybody's way to its page. */
export function JobActions({ job, linked }: { job: Job; linked: boolean }) {
  const { t } = useTranslation();
  const mine = useMe() === job.owner_id;
  const { busy, run } = useAct();
  const again = job.state === "failed" || job.state === "cancelled";
  return (
    <div className="flex flex-wrap items-center gap-2 empty:hidden">
      {mine && !isOver(job) && !job.cancelling && (
        <Button size="sm" disabled={busy} onClick={() => run(() => cancelJob(job.id))}>
          <X size={16} aria-hidden /> {t("jobs.cancel")}
        </Button>
      )}
      {mine && again && (
        <Button size="sm" disabled={busy} onClick={() => run(() => retryJob(job.id))}>
          <RotateCw size={16} aria-hidden /> {t("jobs.retry")}
        </Button>
      )}
      {linked && (
        <Link
          href={`/jobs/${job.id}`}
          className="inline-flex h-7 items-center gap-2 rounded-sm px-2.5 text-xs font-medium text-accent-ink hover:bg-hover"
        >
          <Columns2 size={16} aria-hidden />
          {t(imageResult(job) && !imageResult(job)?.kept ? "jobs.compare" : "jobs.details")}
        </Link>
      )}
    </div>
  );
}
