import { useEffect } from "react";
import { useChat } from "@/app/store";
import { wantBatches, wantJobs } from "@/features/jobs/api";
import type { Batch, Job } from "@/lib/frames";

/** Undefined until it is known, null where it is gone or not mine to see. */
export function useJob(id: string): Job | null | undefined {
  const job = useChat((chat) => chat.jobs.jobs[id]);
  const gone = useChat((chat) => chat.jobs.gone[id] !== undefined);
  const missing = job === undefined && !gone && id !== "";
  useEffect(() => {
    if (missing) wantJobs([id]);
  }, [id, missing]);
  return job ?? (gone ? null : undefined);
}

export function useBatch(id: string): Batch | null | undefined {
  const batch = useChat((chat) => chat.jobs.batches[id]);
  const gone = useChat((chat) => chat.jobs.gone[id] !== undefined);
  const missing = batch === undefined && !gone;
  useEffect(() => {
    if (missing) wantBatches([id]);
  }, [id, missing]);
  return batch ?? (gone ? null : undefined);
}
