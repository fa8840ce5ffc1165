import type { Job } from "@/lib/frames";

interface Group {
  readonly id: string;
  readonly batchId: string | null;
  readonly jobs: readonly Job[];
}

/** Jobs of one batch together, where the first of them stands. */
export function grouped(jobs: readonly Job[]): Group[] {
  const groups = new Map<string, { id: string; batchId: string | null; jobs: Job[] }>();
  for (const job of jobs) {
    const id = job.batch_id ?? job.id;
    const group = groups.get(id) ?? { id, batchId: job.batch_id, jobs: [] };
    group.jobs.push(job);
    groups.set(id, group);
  }
  return [...groups.values()];
}
