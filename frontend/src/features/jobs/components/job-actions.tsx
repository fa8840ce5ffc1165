import { Columns2, Pause, Play, Repeat, RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useMe } from "@/app/store";
import { Button } from "@/components/ui/button";
import { cancelJob, pauseJob, replayJob, resumeJob, retryJob } from "@/features/jobs/api";
import { useAct } from "@/features/jobs/components/use-act";
import { imageResult } from "@/features/jobs/result";
import { isOver } from "@/features/jobs/state";
import type { Job } from "@/lib/frames";

interface Props {
  job: Job;
  /** Of its chain, if it is in one. Cancelling and retrying act on those behind it too. */
  steps: number;
  linked: boolean;
}

/** What its owner may do with a job, and everybody's way to its page. */
export function JobActions({ job, steps, linked }: Props) {
  const { t } = useTranslation();
  const mine = useMe() === job.owner_id;
  return (
    <div className="flex flex-wrap items-center gap-2 empty:hidden">
      {mine && <OwnActions job={job} chained={steps > 1} linked={linked} />}
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

interface OwnProps {
  job: Job;
  chained: boolean;
  linked: boolean;
}

function OwnActions({ job, chained, linked }: OwnProps) {
  const { t } = useTranslation();
  const { busy, run } = useAct();
  const [, navigate] = useLocation();
  const act = (text: string, Icon: typeof X, work: () => Promise<unknown>) => (
    <Button size="sm" disabled={busy} onClick={() => run(work)}>
      <Icon size={16} aria-hidden /> {text}
    </Button>
  );
  const replay = () => replayJob(job.id).then((id) => !linked && navigate(`/jobs/${id}`));
  if (job.cancelling) return null;
  if (!isOver(job)) {
    return (
      <>
        {canPause(job) && act(t("jobs.pause"), Pause, () => pauseJob(job.id))}
        {job.state === "paused" && act(t("jobs.resume"), Play, () => resumeJob(job.id))}
        {act(t(chained ? "jobs.cancelRest" : "jobs.cancel"), X, () => cancelJob(job.id))}
      </>
    );
  }
  return (
    <>
      {job.state !== "succeeded" &&
        act(t(chained ? "jobs.retryRest" : "jobs.retry"), RotateCw, () => retryJob(job.id))}
      {chained && act(t("jobs.again"), Repeat, replay)}
    </>
  );
}

/** Only downloads keep what they have; the others would begin from the start, which nobody pauses them for. */
const canPause = (job: Job): boolean =>
  job.kind.startsWith("download.") && PAUSABLE.has(job.state) && !job.pausing;

const PAUSABLE: ReadonlySet<Job["state"]> = new Set(["queued", "running", "retrying"]);
