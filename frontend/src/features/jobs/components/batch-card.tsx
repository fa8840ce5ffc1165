import { Download, Images } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useShallow } from "zustand/react/shallow";
import { useChat, useMe, useStore } from "@/app/store";
import { ProgressBar } from "@/components/ui/progress";
import { JobLine } from "@/features/downloads/components/job-line";
import { loadBatchJobs } from "@/features/jobs/api";
import { BatchActions } from "@/features/jobs/components/batch-actions";
import { JobCard } from "@/features/jobs/components/job-card";
import { SmallJob } from "@/features/jobs/components/small-job";
import { isBatchOver, type JobsState, jobsOfBatch, progressOf } from "@/features/jobs/state";
import { classes } from "@/lib/classes";
import { bytes, duration, saved } from "@/lib/format";
import type { Batch, Job } from "@/lib/frames";
import { useNow } from "@/lib/time";

/** Jobs that a card shows. */
const SHOWN = 20;
/** Jobs of a larger batch are told to its owner only (contracts/job.py). */
const QUIET = 50;
const QUIET_MS = 2000;
const TILES = "grid grid-cols-[repeat(auto-fill,minmax(76px,1fr))] gap-2";

interface Props {
  batch: Batch;
  /** Without the jobs one by one: above a list that has them. */
  bare?: boolean;
  tabIndex?: number;
  className?: string;
}

/** Many jobs as one: how many are done, how long it took, and the first of them one by one. A batch of one is its job. */
export function BatchCard({ batch, bare = false, tabIndex = 0, className }: Props) {
  const { t } = useTranslation();
  const jobs = useBatchJobs(batch, bare);
  const running = useChat((chat) => partsOf(chat.jobs, jobs));
  const [only] = jobs;
  if (!bare && batch.expected === 1 && only) return <JobCard job={only} className={className} />;
  const over = batch.succeeded + batch.failed + batch.cancelled;
  const done = isBatchOver(batch);
  return (
    <article
      aria-label={batch.title}
      className={classes(
        "flex w-120 max-w-full flex-col gap-2 rounded-md border border-line bg-raised p-3",
        className,
      )}
    >
      <Header batch={batch} over={over} />
      <ProgressBar
        percent={done ? 100 : ((over + running) / Math.max(1, batch.expected)) * 100}
        label={batch.title}
        tone={done && batch.succeeded === 0 ? "danger" : "accent"}
      />
      <Counts batch={batch} />
      {jobs.length > 0 && !bare && (
        <ul className={isDownload(batch) ? undefined : TILES}>
          {jobs.map((job) => (
            <li key={job.id}>
              {isDownload(batch) ? (
                <JobLine job={job} tabIndex={tabIndex} />
              ) : (
                <SmallJob job={job} tabIndex={tabIndex} />
              )}
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-center gap-2 empty:hidden">
        <BatchActions batch={batch} />
        {!bare && batch.total > 0 && (
          <Link
            href={`/jobs?batch=${batch.id}`}
            className="inline-flex h-7 items-center rounded-sm px-2.5 text-xs font-medium text-accent-ink hover:bg-hover"
          >
            {t("jobs.showAll", { count: batch.total })}
          </Link>
        )}
      </div>
    </article>
  );
}

const isDownload = (batch: Batch): boolean => batch.kind.startsWith("download.");

/** What the running ones of these have done, as parts of a job each. */
const partsOf = (state: JobsState, jobs: readonly Job[]): number =>
  jobs.reduce((sum, job) => sum + (progressOf(state, job)?.percent ?? 0) / 100, 0);

/** The first jobs of the batch; asked for when there are some that are not known. */
function useBatchJobs(batch: Batch, bare: boolean): Job[] {
  const jobs = useStore(useShallow(({ chat }) => jobsOfBatch(chat.jobs, batch.id).slice(0, SHOWN)));
  const lacking = !bare && jobs.length < Math.min(SHOWN, batch.total);
  useEffect(() => {
    if (lacking && batch.total > 0) void loadBatchJobs(batch.id, SHOWN).catch(() => undefined);
  }, [batch.id, batch.total, lacking]);
  useQuiet(batch, bare);
  return jobs;
}

/** Of a large batch only its owner hears of every job: the others ask now and then while it changes. */
function useQuiet(batch: Batch, bare: boolean): void {
  const theirs = useMe() !== batch.owner_id && batch.expected > QUIET && !bare;
  const asked = useRef({ rev: batch.rev, at: 0 });
  useEffect(() => {
    if (!theirs || batch.rev === asked.current.rev) return;
    const wait = Math.max(0, asked.current.at + QUIET_MS - Date.now());
    const timer = setTimeout(() => {
      asked.current = { rev: batch.rev, at: Date.now() };
      void loadBatchJobs(batch.id, SHOWN).catch(() => undefined);
    }, wait);
    return () => clearTimeout(timer);
  }, [theirs, batch.id, batch.rev]);
}

function Header({ batch, over }: { batch: Batch; over: number }) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const end = batch.finished_at ? Date.parse(batch.finished_at) : now.getTime();
  const Icon = isDownload(batch) ? Download : Images;
  const elapsed = duration((end - Date.parse(batch.created_at)) / 1000);
  return (
    <div className="flex items-center gap-2">
      <Icon size={20} aria-hidden className="shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-semibold">{batch.title}</p>
        <p className="tabular truncate text-xs text-muted">
          {t(isDownload(batch) ? "downloads.count" : "jobs.images", { count: batch.expected })} ·{" "}
          {t("jobs.done", { count: over })} · {elapsed}
        </p>
      </div>
    </div>
  );
}

/** What is not simply done: on its way here, failed, cancelled, kept; and what was saved. */
function Counts({ batch }: { batch: Batch }) {
  const { t, i18n } = useTranslation();
  const { expected, total, failed, cancelled, kept, bytes_before: before, bytes_after: after } = batch;
  const uploading = isBatchOver(batch) ? 0 : expected - total;
  const parts = [
    uploading > 0 && t("jobs.stillUploading", { count: uploading }),
    failed > 0 && t("jobs.failedCount", { count: failed }),
    cancelled > 0 && t("jobs.cancelledCount", { count: cancelled }),
    kept > 0 && t("jobs.keptCount", { count: kept }),
  ].filter(Boolean);
  return (
    <p className="tabular flex flex-wrap gap-x-2 text-xs text-muted empty:hidden">
      {parts.length > 0 && <span>{parts.join(" · ")}</span>}
      {before > 0 && (
        <span className="text-ink">
          {bytes(before, i18n.language)} → {bytes(after, i18n.language)}{" "}
          <strong className="font-semibold text-accent-ink">{saved(before, after, i18n.language)}</strong>
        </span>
      )}
    </p>
  );
}
