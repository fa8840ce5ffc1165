import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { EmptyState, ErrorState, Skeleton } from "@/components/ui/states";
import { JobLink } from "@/features/jobs/components/job-row";
import { useJobList } from "@/features/jobs/components/use-job-list";
import { asWarrenError } from "@/lib/errors";

/** Everybody's jobs in a conversation, newest first, as they are now. */
export function ConversationJobs({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const filter = useMemo(
    () => ({ state: null, kind: null, batchId: null, conversationId }),
    [conversationId],
  );
  const list = useJobList(filter);
  if (list.error && list.jobs.length === 0) {
    return asWarrenError(list.error).code === "not_found" ? (
      <EmptyState sentence={t("conversationParts.notYours")} />
    ) : (
      <ErrorState error={list.error} retry={list.reload} />
    );
  }
  if (!list.loaded) return <Skeleton rows={4} avatar={false} />;
  if (list.jobs.length === 0) return <EmptyState sentence={t("conversationParts.noJobs")} />;
  return (
    <>
      <ul aria-label={t("jobs.title")} className="p-2">
        {list.jobs.map((job) => (
          <li key={job.id} className="flex rounded-sm pl-2 hover:bg-hover">
            <JobLink job={job} href={`/jobs/${job.id}`} />
          </li>
        ))}
      </ul>
      {list.more && (
        <Button size="sm" className="mb-3 self-center" onClick={list.loadMore}>
          {t(list.error ? "common.retry" : "jobs.more")}
        </Button>
      )}
    </>
  );
}
