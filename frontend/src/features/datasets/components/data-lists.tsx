import { Download, Table2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useShallow } from "zustand/react/shallow";
import { useChat, useMe, useStore } from "@/app/store";
import { Button } from "@/components/ui/button";
import { INPUT } from "@/components/ui/field";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { Ago } from "@/components/ui/time-text";
import { listDatasets } from "@/features/datasets/api";
import { ImportLink } from "@/features/datasets/components/import-link";
import { classes } from "@/lib/classes";
import type { Dataset } from "@/lib/frames";
import { usePages } from "@/lib/use-pages";

interface Props {
  currentId: string | null;
  downloads: boolean;
}

/** The way to the downloads, and my datasets. */
export function DataLists({ currentId, downloads }: Props) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  return (
    <>
      <header className="flex h-14 shrink-0 items-center gap-2 px-4">
        <h1 className="flex-1 text-lg font-semibold">{t("data.title")}</h1>
        <ImportLink />
      </header>
      <nav aria-label={t("data.title")} className="flex min-h-0 flex-1 flex-col overflow-y-auto px-2 pb-2">
        <Link
          href="/downloads"
          aria-current={downloads ? "page" : undefined}
          className={classes(
            "flex h-10 shrink-0 items-center gap-2 rounded-sm px-2 text-sm font-medium focus-visible:-outline-offset-2",
            downloads ? "bg-selected" : "hover:bg-hover",
          )}
        >
          <Download size={16} aria-hidden className="text-muted" /> {t("downloads.title")}
        </Link>
        <h2 className="px-2 pt-4 pb-2 text-xs font-semibold text-muted">{t("data.datasets")}</h2>
        <div className="px-2 pb-2">
          <input
            type="search"
            aria-label={t("data.search")}
            placeholder={t("data.search")}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            className={classes(INPUT, "h-9")}
          />
        </div>
        <Datasets query={query.trim()} currentId={currentId} />
      </nav>
    </>
  );
}

function Datasets({ query, currentId }: { query: string; currentId: string | null }) {
  const { t } = useTranslation();
  const turn = useChat((chat) => chat.datasets.turn);
  const pages = usePages(`${query}:${turn}`, (cursor) => listDatasets(query, cursor));
  const datasets = useMyDatasets(query);
  if (pages.error && datasets.length === 0) return <ErrorState error={pages.error} retry={pages.reload} />;
  if (!pages.loaded && datasets.length === 0) return <Skeleton rows={5} avatar={false} />;
  if (datasets.length === 0) {
    return <p className="p-4 text-center text-sm text-muted">{t(query ? "data.noMatch" : "data.empty")}</p>;
  }
  return (
    <>
      <ul aria-label={t("data.datasets")}>
        {datasets.map((dataset) => (
          <li key={dataset.id}>
            <Entry dataset={dataset} current={dataset.id === currentId} />
          </li>
        ))}
      </ul>
      {pages.more && (
        <Button size="sm" className="mx-auto my-2 shrink-0" onClick={pages.loadMore}>
          {t("data.more")}
        </Button>
      )}
    </>
  );
}

/** The pages bring them into the state, and what is shown comes from there, so it lives. */
function useMyDatasets(query: string): Dataset[] {
  const me = useMe();
  const wanted = query.toLocaleLowerCase();
  return useStore(
    useShallow(({ chat }) =>
      Object.values(chat.datasets.byId)
        .filter((one) => one.owner_id === me && one.name.toLocaleLowerCase().includes(wanted))
        .sort((one, other) => (one.created_at < other.created_at ? 1 : -1)),
    ),
  );
}

function Entry({ dataset, current }: { dataset: Dataset; current: boolean }) {
  const { t } = useTranslation();
  return (
    <Link
      href={`/data/${dataset.id}`}
      aria-current={current ? "page" : undefined}
      className={classes(
        "flex items-center gap-2 rounded-sm p-2 focus-visible:-outline-offset-2",
        current ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <Table2 size={16} aria-hidden className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{dataset.name}</span>
        <span className="tabular block truncate text-xs text-muted">
          {t("data.rows", { count: dataset.rows })} · <Ago at={dataset.changed_at} />
        </span>
      </span>
    </Link>
  );
}
