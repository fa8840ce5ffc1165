import { useCallback, useEffect, useState } from "react";
import { useShallow } from "zustand/react/shallow";
import { useMe, useStore } from "@/app/store";
import { listJobs } from "@/features/jobs/api";
import { type JobFilter, jobsMatching } from "@/features/jobs/state";
import type { Job } from "@/lib/frames";

export interface JobList {
  jobs: Job[];
  loaded: boolean;
  more: boolean;
  loadMore: () => void;
  error: unknown;
  reload: () => void;
}

/** `until`: when the oldest job of the pages so far was made; null before the first page, empty behind the last one. */
interface Pages {
  until: string | null;
  cursor: string | null;
  error: unknown;
}

/**
 * The jobs that fit, newest first, as far as they were asked for. The pages only say how far back that is: what is
 * shown comes from the state, so it lives.
 */
export function useJobList(filter: JobFilter): JobList {
  const me = useMe();
  const [pages, setPages] = useState<Pages>({ until: null, cursor: null, error: null });
  const [turn, setTurn] = useState(0);
  const load = useCallback(
    (cursor: string | null) =>
      listJobs(filter, cursor).then(
        ({ jobs, next }) =>
          setPages({ until: next ? (jobs.at(-1)?.created_at ?? "") : "", cursor: next, error: null }),
        (error: unknown) => setPages((known) => ({ ...known, error })),
      ),
    [filter],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => void load(null), [load, turn]);
  const jobs = useStore(
    useShallow(({ chat }) =>
      jobsMatching(chat.jobs, filter, me).filter(
        (job) => pages.until !== null && job.created_at >= pages.until,
      ),
    ),
  );
  return {
    jobs,
    loaded: pages.until !== null,
    more: pages.cursor !== null,
    loadMore: () => void load(pages.cursor),
    error: pages.error,
    reload: () => setTurn((n) => n + 1),
  };
}
