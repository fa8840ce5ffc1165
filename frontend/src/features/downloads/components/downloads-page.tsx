import { Download, Link as LinkIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { EmptyState, ErrorState, Skeleton } from "@/components/ui/states";
import { BackToData } from "@/features/datasets/components/back-to-data";
import { FETCH } from "@/features/downloads/api";
import { DownloadBatch } from "@/features/downloads/components/download-batch";
import { LinksDialog } from "@/features/downloads/components/links-dialog";
import { grouped } from "@/features/downloads/groups";
import { JobCard } from "@/features/jobs/components/job-card";
import { type JobList, useJobList } from "@/features/jobs/components/use-job-list";

const FILTER = { state: null, kind: FETCH, batchId: null };

/** My downloads, newest first; those of a batch together. */
export function DownloadsPage() {
  const { t } = useTranslation();
  const list = useJobList(FILTER);
  const [open, setOpen] = useState(false);
  const add = (
    <Button look="primary" onClick={() => setOpen(true)}>
      <LinkIcon size={16} aria-hidden /> {t("downloads.new")}
    </Button>
  );
  return (
    <>
      <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-2 md:px-6">
        <BackToData />
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{t("downloads.title")}</h2>
        {list.jobs.length > 0 && add}
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto p-4 md:p-6">
        <Instead list={list}>
          <EmptyState icon={<Download size={20} />} sentence={t("downloads.empty")} action={add} />
        </Instead>
        <ul className="flex max-w-160 flex-col gap-3" aria-label={t("downloads.title")}>
          {grouped(list.jobs).map((group) => (
            <li key={group.id}>
              {group.batchId ? (
                <DownloadBatch id={group.batchId} />
              ) : (
                group.jobs.map((job) => <JobCard key={job.id} job={job} className="w-full" />)
              )}
            </li>
          ))}
        </ul>
        {list.more && (
          <Button size="sm" className="self-start" onClick={list.loadMore}>
            {t(list.error ? "common.retry" : "downloads.older")}
          </Button>
        )}
      </div>
      {open && <LinksDialog onClose={() => setOpen(false)} />}
    </>
  );
}

/** What stands in the place of downloads; `children` where there are none. */
function Instead({ list, children }: { list: JobList; children: ReactNode }) {
  if (list.error && list.jobs.length === 0) return <ErrorState error={list.error} retry={list.reload} />;
  if (!list.loaded) return <Skeleton rows={4} avatar={false} />;
  return list.jobs.length === 0 && !list.more ? children : null;
}
