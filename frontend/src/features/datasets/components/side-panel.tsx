import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/button";
import { Sheet } from "@/components/ui/dialog";
import { AboutDataset } from "@/features/datasets/components/about-dataset";
import { ColumnPanel } from "@/features/datasets/components/column-panel";
import type { Beside } from "@/features/datasets/components/dataset-page";
import { RowPanel } from "@/features/datasets/components/row-panel";
import type { ViewState } from "@/features/datasets/components/use-view";
import { count } from "@/lib/format";
import type { Dataset } from "@/lib/frames";
import { useWide } from "@/lib/use-wide";

interface Props {
  dataset: Dataset;
  beside: NonNullable<Beside>;
  state: ViewState;
  onClose: () => void;
}

/** Beside the table, or over it on windows too narrow for both. */
export function SidePanel({ dataset, beside, state, onClose }: Props) {
  const { t } = useTranslation();
  const wide = useWide(1100);
  const title = useTitle(dataset, beside);
  const content = <Content dataset={dataset} beside={beside} state={state} />;
  if (!wide) {
    return (
      <Sheet title={title} onClose={onClose}>
        {content}
      </Sheet>
    );
  }
  return (
    <aside aria-label={title} className="flex w-80 shrink-0 flex-col border-l border-line bg-panel">
      <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-4">
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{title}</h2>
        <IconButton label={t("common.close")} onClick={onClose}>
          <X size={20} />
        </IconButton>
      </header>
      {content}
    </aside>
  );
}

function useTitle(dataset: Dataset, beside: NonNullable<Beside>): string {
  const { t, i18n } = useTranslation();
  if (beside.kind === "about") return t("data.details");
  if (beside.kind === "row") return t("data.rowNumber", { number: count(beside.index + 1, i18n.language) });
  return dataset.columns.find((one) => one.name === beside.name)?.title ?? beside.name;
}

function Content({ dataset, beside, state }: Omit<Props, "onClose">): ReactNode {
  if (beside.kind === "about") return <AboutDataset dataset={dataset} />;
  if (beside.kind === "row") return <RowPanel columns={dataset.columns} row={beside.row} cut={beside.cut} />;
  const column = dataset.columns.find((one) => one.name === beside.name);
  return column && <ColumnPanel key={column.name} dataset={dataset} column={column} state={state} />;
}
