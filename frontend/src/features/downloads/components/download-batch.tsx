import { BatchCard } from "@/features/jobs/components/batch-card";
import { useBatch } from "@/features/jobs/components/use-job";

/** The downloads of one list of links. */
export function DownloadBatch({ id }: { id: string }) {
  const batch = useBatch(id);
  return batch ? <BatchCard batch={batch} className="w-full" /> : null;
}
