import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useMe } from "@/app/store";
import { Button } from "@/components/ui/button";
import { EmptyState, ErrorState, RequestId, Skeleton } from "@/components/ui/states";
import { FileRow, GoneFile } from "@/features/files/components/file-row";
import { useFile } from "@/features/files/components/use-file";
import { deleteJob, fetchJob } from "@/features/jobs/api";
import { BackToJobs } from "@/features/jobs/components/back-to-jobs";
import { Comparison } from "@/features/jobs/components/comparison";
import { JobCard } from "@/features/jobs/components/job-card";
import { useKindName } from "@/features/jobs/components/kind";
import { Timeline } from "@/features/jobs/components/timeline";
import { useJob } from "@/features/jobs/components/use-job";
import { imageResult, rowsOf } from "@/features/jobs/result";
import { isOver } from "@/features/jobs/state";
import { asWarrenError } from "@/lib/errors";
import type { Job } from "@/lib/frames";
import { useLoaded } from "@/lib/use-loaded";

/** One job with all there is to know of it. Its timeline is asked for anew whenever it changes. */
export function JobDetail({ id }: { id: string }) {
  const { t } = useTranslation();
  const job = useJob(id);
  const { data, error, reload } = useLoaded(`${id}:${job?.rev ?? 0}`, () => fetchJob(id));
  const unseen = job === null || (error && asWarrenError(error).code === "not_found");
  return (
    <>
      <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-2 md:px-6">
        <BackToJobs />
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{job?.subject ?? t("jobs.job")}</h2>
        {job && <Delete job={job} />}
      </header>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto p-4 md:p-6">
        {unseen ? (
          <Unseen />
        ) : error && !job ? (
          <ErrorState error={error} retry={reload} />
        ) : job ? (
          <Parts job={job} timeline={data?.timeline ?? null} />
        ) : (
          <Skeleton rows={5} avatar={false} />
        )}
      </div>
    </>
  );
}

function Unseen() {
  const { t } = useTranslation();
  const back = (
    <Link href="/jobs" className="text-sm font-medium text-accent-ink underline">
      {t("jobs.toList")}
    </Link>
  );
  return <EmptyState sentence={t("jobs.unknown")} action={back} />;
}

function Parts({ job, timeline }: { job: Job; timeline: Job["timeline"] | null }) {
  const { t } = useTranslation();
  const kindName = useKindName();
  const result = imageResult(job);
  return (
    <div className="flex max-w-240 flex-col gap-8">
      <JobCard job={job} linked={false} className="w-full" />
      {result && !result.kept && <Comparison result={result} />}
      {result && result.files.length > 1 && (
        <Part title={t("jobs.files")}>
          <ul className="flex flex-wrap gap-2">
            {result.files.map((file) => (
              <ResultFile key={file.id} id={file.id} />
            ))}
          </ul>
        </Part>
      )}
      <Part title={t("jobs.arguments")}>
        <Rows rows={[{ path: t("jobs.kind"), value: kindName(job.kind) }, ...rowsOf(job.params)]} />
      </Part>
      {job.error && (
        <Part title={t("jobs.error")}>
          <Rows rows={rowsOf(job.error)} />
        </Part>
      )}
      <Part title={t("jobs.timeline")}>
        <Timeline entries={timeline ?? null} />
      </Part>
      <RequestId id={job.id} name={t("jobs.id", { id: job.id })} />
    </div>
  );
}

function ResultFile({ id }: { id: string }) {
  const file = useFile(id);
  if (file === undefined) return null;
  return <li className="max-w-full">{file ? <FileRow file={file} /> : <GoneFile />}</li>;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3">
      <h3 className="text-base font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Rows({ rows }: { rows: readonly { path: string; value: string }[] }) {
  return (
    <dl className="grid grid-cols-[minmax(0,auto)_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-sm">
      {rows.map(({ path, value }) => (
        <div key={path} className="contents">
          <dt className="text-muted wrap-anywhere">{path}</dt>
          <dd className="tabular wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Its owner may delete a job that is over; asked once more, since it cannot be taken back. */
function Delete({ job }: { job: Job }) {
  const { t } = useTranslation();
  const me = useMe();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  if (job.owner_id !== me || !isOver(job)) return null;
  const run = () => deleteJob(job.id).then(() => navigate("/jobs"));
  return asking ? (
    <span className="flex gap-2">
      <Button size="sm" look="quiet" onClick={() => setAsking(false)}>
        {t("jobs.keep")}
      </Button>
      <Button size="sm" look="danger" autoFocus onClick={() => void run().catch(() => setAsking(false))}>
        {t("jobs.deleteReally")}
      </Button>
    </span>
  ) : (
    <Button size="sm" onClick={() => setAsking(true)}>
      {t("jobs.delete")}
    </Button>
  );
}
