import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button } from "@/components/ui/button";
import { RejectsDialog } from "@/features/datasets/components/rejects-dialog";
import { importResult } from "@/features/datasets/result";
import { JobCard } from "@/features/jobs/components/job-card";
import { useJob } from "@/features/jobs/components/use-job";
import { isOver } from "@/features/jobs/state";

/** An import on its way, and what came of it. */
export function ImportRun({ jobId, dry }: { jobId: string; dry: boolean }) {
  const { t } = useTranslation();
  const job = useJob(jobId);
  const [rejects, setRejects] = useState(false);
  const box = useRef<HTMLElement>(null);
  useEffect(() => void box.current?.scrollIntoView({ block: "nearest" }), []);
  if (!job) return null;
  const result = importResult(job);
  const many = result ? result.rejects > 0 : job.error?.code === "too_many_rejects";
  return (
    <section
      ref={box}
      aria-label={t(dry ? "importing.trying" : "importing.running")}
      className="flex flex-col gap-3"
    >
      <p role="status" className="text-sm font-semibold">
        {isOver(job)
          ? t(outcome(job.state, dry), { name: result?.name })
          : t(dry ? "importing.trying" : "importing.running")}
      </p>
      <div className="max-w-160">
        <JobCard job={job} className="w-full" />
      </div>
      <div className="flex flex-wrap gap-2 empty:hidden">
        {many && <Button onClick={() => setRejects(true)}>{t("importing.showRejects")}</Button>}
        {result?.dataset_id && !dry && (
          <Link
            href={`/data/${result.dataset_id}`}
            className="inline-flex h-9 items-center rounded-sm bg-accent px-3.5 text-sm font-medium text-on-accent hover:bg-accent-hover"
          >
            {t("data.open")}
          </Link>
        )}
        {result && !dry && (
          <Link
            href="/data/import"
            className="inline-flex h-9 items-center rounded-sm border border-line-strong px-3.5 text-sm font-medium hover:bg-hover"
          >
            {t("importing.again")}
          </Link>
        )}
      </div>
      {rejects && <RejectsDialog importId={jobId} mine={!dry} onClose={() => setRejects(false)} />}
    </section>
  );
}

function outcome(state: string, dry: boolean) {
  if (state === "succeeded") return dry ? "importing.tried" : "importing.done";
  return state === "failed" ? "importing.failed" : "importing.cancelled";
}
