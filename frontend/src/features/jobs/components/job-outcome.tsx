import { ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { TableOutcome } from "@/features/datasets/components/table-outcome";
import { DownloadLink } from "@/features/files/components/file-row";
import { useFile } from "@/features/files/components/use-file";
import { RetryCountdown } from "@/features/jobs/components/job-progress";
import { useFailureText } from "@/features/jobs/components/use-failure-text";
import { imageResult } from "@/features/jobs/result";
import { bytes, saved } from "@/lib/format";
import type { Job } from "@/lib/frames";
import { useTold } from "@/lib/told";

/** What came of the job: sizes before and after, why the original was kept, or what went wrong and what to do. */
export function JobOutcome({ job }: { job: Job }) {
  const result = imageResult(job);
  if (result) return <ImageOutcome job={job} />;
  return job.error ? <Failure job={job} /> : <TableOutcome job={job} />;
}

function ImageOutcome({ job }: { job: Job }) {
  const { i18n } = useTranslation();
  const told = useTold();
  const result = imageResult(job);
  const [first] = result?.files ?? [];
  const file = useFile(first?.id ?? "");
  if (!result || !first) return null;
  return (
    <div className="flex items-center gap-2">
      <div className="min-w-0 flex-1 text-sm">
        {result.kept ? (
          <p className="flex items-start gap-1.5">
            <ShieldCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-muted" />
            {told(result.kept)}
          </p>
        ) : (
          <p className="tabular">
            {bytes(result.source.size, i18n.language)} → {bytes(first.size, i18n.language)}{" "}
            <strong className="font-semibold text-accent-ink">
              {saved(result.source.size, first.size, i18n.language)}
            </strong>
          </p>
        )}
      </div>
      {file && <DownloadLink file={file} />}
    </div>
  );
}

function Failure({ job }: { job: Job }) {
  const failureText = useFailureText();
  return job.error ? (
    <p className="text-sm wrap-anywhere text-danger-ink">
      {failureText(job.error)} {job.state === "retrying" && <RetryCountdown at={job.run_after} />}
    </p>
  ) : null;
}
