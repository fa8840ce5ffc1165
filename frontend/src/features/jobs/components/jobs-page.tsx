import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useRoute } from "wouter";
import { JobDetail } from "@/features/jobs/components/job-detail";
import { JobsList } from "@/features/jobs/components/jobs-list";
import { NewJob } from "@/features/jobs/components/new-job";
import { useFilter } from "@/features/jobs/components/use-filter";
import { classes } from "@/lib/classes";

/** The list on the left; on the right the job that the address names, or the way to new ones. */
export default function JobsPage() {
  const [atNew] = useRoute("/jobs/new");
  const [atJob, params] = useRoute("/jobs/:id");
  const id = atJob && !atNew ? params.id : null;
  const beside = id !== null || atNew;
  const { filter, search } = useFilter();
  return (
    <div className="flex h-full min-h-0">
      <section
        className={classes(
          "min-h-0 min-w-0 flex-1 flex-col md:flex md:w-96 md:flex-none md:border-r md:border-line",
          beside ? "hidden" : "flex",
        )}
      >
        <ListHeader />
        <JobsList key={search} filter={filter} currentId={id} />
      </section>
      <section className={classes("min-h-0 min-w-0 flex-1 flex-col md:flex", beside ? "flex" : "hidden")}>
        {id ? <JobDetail key={id} id={id} /> : <NewJob />}
      </section>
    </div>
  );
}

function ListHeader() {
  const { t } = useTranslation();
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 px-4">
      <h1 className="flex-1 text-lg font-semibold">{t("jobs.title")}</h1>
      <Link
        href="/jobs/new"
        className="inline-flex h-9 items-center gap-2 rounded-sm bg-accent px-3.5 text-sm font-medium text-on-accent hover:bg-accent-hover"
      >
        <Plus size={16} aria-hidden /> {t("jobs.new")}
      </Link>
    </header>
  );
}
