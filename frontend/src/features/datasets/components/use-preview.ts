import { useEffect, useState } from "react";
import { createJob } from "@/features/datasets/api";
import type { Preview, Reading } from "@/features/datasets/draft";
import { useJob } from "@/features/jobs/components/use-job";
import { isOver } from "@/features/jobs/state";
import type { Job } from "@/lib/frames";
import { uuid } from "@/lib/ids";

interface PreviewState {
  /** What was found last; it stays while something else is looked at. */
  preview: Preview | null;
  looking: boolean;
  /** Where the last look failed: the job that says why, or what the server answered. */
  failed: Job | null;
  error: unknown;
  again: () => void;
}

/** Looks at the beginning of a file, again whenever it is to be read otherwise. It is a job: a worker does it. */
export function usePreview(fileId: string, { format, options }: Reading): PreviewState {
  const key = JSON.stringify([fileId, format, options]);
  const [turn, setTurn] = useState(0);
  const [asked, setAsked] = useState<{ key: string; jobId: string; error: unknown } | null>(null);
  const [preview, setPreview] = useState<Preview | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for what is asked, `turn` asks again
  useEffect(() => {
    if (fileId === "") return;
    let current = true;
    const params = { file_id: fileId, format, options };
    createJob({ kind: "dataset.preview", params, clientId: uuid() }).then(
      (job) => current && setAsked({ key, jobId: job.id, error: null }),
      (error: unknown) => current && setAsked({ key, jobId: "", error }),
    );
    return () => {
      current = false;
    };
  }, [key, turn]);
  const job = useJob(asked?.key === key ? asked.jobId : "");
  useEffect(() => {
    if (job?.state === "succeeded") setPreview(job.result as unknown as Preview);
  }, [job]);
  const error = asked?.key === key ? asked.error : null;
  return {
    preview,
    looking: fileId !== "" && !error && !(job && isOver(job)),
    failed: job && isOver(job) && job.state !== "succeeded" ? job : null,
    error,
    again: () => {
      setAsked(null);
      setTurn((n) => n + 1);
    },
  };
}
