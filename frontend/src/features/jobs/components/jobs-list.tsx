import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useChat } from "@/app/store";
import { Button } from "@/components/ui/button";
import { EmptyState, ErrorState, Skeleton } from "@/components/ui/states";
import { isShownElsewhere } from "@/features/jobs/chain";
import { BatchCard } from "@/features/jobs/components/batch-card";
import { Filters } from "@/features/jobs/components/filters";
import { JobRow } from "@/features/jobs/components/job-row";
import { SelectionBar } from "@/features/jobs/components/selection-bar";
import { useBatch } from "@/features/jobs/components/use-job";
import { type JobList, useJobList } from "@/features/jobs/components/use-job-list";
import type { JobFilter } from "@/features/jobs/state";

interface Props {
  filter: JobFilter;
  currentId: string | null;
}

export function JobsList({ filter, currentId }: Props) {
  const list = useJobList(filter);
  const current = useListed(currentId);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const selected = list.jobs.filter((job) => chosen.has(job.id));
  return (
    <>
      <Filters />
      {filter.batchId && <BatchHead id={filter.batchId} />}
      <SelectionBar
        jobs={list.jobs}
        selected={selected}
        onAll={() => setChosen(new Set(list.jobs.map((job) => job.id)))}
        onNone={() => setChosen(new Set())}
      />
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto px-2 pb-2">
        <Contents list={list} filter={filter} />
        <ul>
          {list.jobs.map((job) => (
            <li key={job.id}>
              <JobRow
                job={job}
                current={job.id === current}
                chosen={chosen.has(job.id)}
                onToggle={() => toggle(job.id)}
              />
            </li>
          ))}
        </ul>
        {list.more && <More list={list} />}
      </div>
    </>
  );
}

/** The job under which this one is in the list: of a step, the first one. */
const useListed = (id: string | null): string | null =>
  useChat(({ jobs }) => {
    const job = jobs.jobs[id ?? ""];
    return job && isShownElsewhere(jobs, job) ? job.chain_id : id;
  });

/** What stands in the place of jobs. */
function Contents({ list, filter }: { list: JobList; filter: JobFilter }) {
  const { t } = useTranslation();
  if (list.error && list.jobs.length === 0) return <ErrorState error={list.error} retry={list.reload} />;
  if (!list.loaded) return <Skeleton rows={6} avatar={false} />;
  if (list.jobs.length > 0 || list.more) return null;
  if (filter.state || filter.kind || filter.batchId) {
    return <p className="p-6 text-center text-sm text-muted">{t("jobs.noMatch")}</p>;
  }
  return (
    <EmptyState
      sentence={t("jobs.empty")}
      action={
        <Link
          href="/jobs/new"
          className="inline-flex h-9 items-center rounded-sm bg-accent px-3.5 text-sm font-medium text-on-accent hover:bg-accent-hover"
        >
          {t("jobs.newFirst")}
        </Link>
      }
    />
  );
}

function More({ list }: { list: JobList }) {
  const { t } = useTranslation();
  return (
    <div className="flex justify-center p-2">
      <Button size="sm" onClick={list.loadMore}>
        {t(list.error ? "common.retry" : "jobs.more")}
      </Button>
    </div>
  );
}

function BatchHead({ id }: { id: string }) {
  const { t } = useTranslation();
  const batch = useBatch(id);
  if (batch === null) return <p className="px-4 pb-2 text-sm text-muted">{t("jobs.batchGone")}</p>;
  return batch ? (
    <div className="px-3 pb-2">
      <BatchCard batch={batch} bare />
    </div>
  ) : null;
}
