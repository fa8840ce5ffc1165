import { useTranslation } from "react-i18next";
import { Picture } from "@/features/files/components/picture";
import { useFile } from "@/features/files/components/use-file";
import { isPicture } from "@/features/files/state";
import { ChainSteps } from "@/features/jobs/components/chain-steps";
import { JobActions } from "@/features/jobs/components/job-actions";
import { JobOutcome } from "@/features/jobs/components/job-outcome";
import { RunningBar } from "@/features/jobs/components/job-progress";
import { KindIcon, useKindName } from "@/features/jobs/components/kind";
import { StateChip } from "@/features/jobs/components/state-chip";
import { useChain } from "@/features/jobs/components/use-chain";
import { faceId } from "@/features/jobs/result";
import { classes } from "@/lib/classes";
import type { Job } from "@/lib/frames";

interface Props {
  job: Job;
  /** Leads to the job's own page: everywhere but there. */
  linked?: boolean;
  className?: string;
}

/**
 * One job, wherever it is shown: what it is about, how far it is, what came of it, what one may do. A chain is one card:
 * it shows the step where it is, and what is done with that is done with the rest.
 */
export function JobCard({ job: given, linked = true, className }: Props) {
  const { t } = useTranslation();
  const kindName = useKindName();
  const { steps, current: job } = useChain(given);
  const first = steps[0] ?? job;
  return (
    <article
      aria-label={first.subject}
      className={classes(
        "flex w-120 max-w-full gap-3 rounded-md border border-line bg-raised p-3",
        className,
      )}
    >
      <Face job={job} />
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <p className="truncate text-sm font-semibold">{first.subject}</p>
            <p className="truncate text-xs text-muted">
              {steps.length > 1 ? t("jobs.stepCount", { count: steps.length }) : kindName(job.kind)}
              {job.attempt > 1 && ` · ${t("jobs.attempt", { attempt: job.attempt, most: job.max_attempts })}`}
            </p>
          </div>
          <StateChip job={job} />
        </div>
        {steps.length > 1 && <ChainSteps steps={steps} shownId={linked ? null : given.id} />}
        {job.state === "running" && <RunningBar job={job} />}
        <JobOutcome job={job} />
        <JobActions job={job} steps={steps.length} linked={linked} />
      </div>
    </article>
  );
}

/** The picture of the job, or a sign for its kind. */
function Face({ job }: { job: Job }) {
  const file = useFile(faceId(job));
  const shown = file && isPicture(file);
  return (
    <span className="flex size-16 shrink-0 items-center justify-center overflow-hidden rounded-sm bg-hover">
      {shown ? <Picture file={file} alt="" className="size-full" /> : <KindIcon kind={job.kind} size={20} />}
    </span>
  );
}
