import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { EmptyState, Skeleton } from "@/components/ui/states";
import { BackToData } from "@/features/datasets/components/back-to-data";
import { DatasetHeader } from "@/features/datasets/components/dataset-header";
import { DatasetTable } from "@/features/datasets/components/dataset-table";
import { FilterBar } from "@/features/datasets/components/filter-bar";
import { SidePanel } from "@/features/datasets/components/side-panel";
import { useDataset } from "@/features/datasets/components/use-dataset";
import { useView } from "@/features/datasets/components/use-view";
import type { Row } from "@/features/datasets/row-source";
import type { Dataset } from "@/lib/frames";

export function DatasetPage({ id }: { id: string }) {
  const dataset = useDataset(id);
  if (dataset === undefined) return <Skeleton rows={8} avatar={false} />;
  return dataset === null ? <Unseen /> : <Open dataset={dataset} />;
}

function Unseen() {
  const { t } = useTranslation();
  return (
    <>
      <header className="flex h-14 shrink-0 items-center px-2">
        <BackToData />
      </header>
      <EmptyState
        sentence={t("data.unknown")}
        action={
          <Link href="/data" className="text-sm font-medium text-accent-ink underline">
            {t("data.toList")}
          </Link>
        }
      />
    </>
  );
}

/** What is open beside the table: what one column holds, one whole row, or what is known of the dataset. */
export type Beside =
  | { kind: "column"; name: string }
  | { kind: "row"; index: number; row: Row; cut: number }
  | { kind: "about" }
  | null;

function Open({ dataset }: { dataset: Dataset }) {
  const state = useView(dataset.columns);
  const [beside, setBeside] = useState<Beside>(null);
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 flex-1 flex-col">
        <DatasetHeader
          dataset={dataset}
          view={state.view}
          aboutOpen={beside?.kind === "about"}
          onAbout={() => setBeside(beside?.kind === "about" ? null : { kind: "about" })}
        />
        <FilterBar dataset={dataset} filters={state.filters} onChange={state.setFilters} />
        <DatasetTable
          dataset={dataset}
          view={state.view}
          onSort={state.sortBy}
          onColumn={(name) => setBeside({ kind: "column", name })}
          onRow={(index, row, cut) => setBeside({ kind: "row", index, row, cut })}
        />
      </div>
      {beside && (
        <SidePanel dataset={dataset} beside={beside} state={state} onClose={() => setBeside(null)} />
      )}
    </div>
  );
}
