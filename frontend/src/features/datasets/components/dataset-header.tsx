import { FileDown, Info } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/ui/button";
import type { View } from "@/features/datasets/api";
import { BackToData } from "@/features/datasets/components/back-to-data";
import { ExportDialog } from "@/features/datasets/components/export-dialog";
import type { Dataset } from "@/lib/frames";

interface Props {
  dataset: Dataset;
  view: View;
  aboutOpen: boolean;
  onAbout: () => void;
}

export function DatasetHeader({ dataset, view, aboutOpen, onAbout }: Props) {
  const { t } = useTranslation();
  const [exporting, setExporting] = useState(false);
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-2 md:px-4">
      <BackToData />
      <div className="min-w-0 flex-1">
        <h2 className="truncate text-base leading-5 font-semibold">{dataset.name}</h2>
        <p className="tabular truncate text-xs text-muted">
          {t("data.rows", { count: dataset.rows })} · {t("data.columns", { count: dataset.columns.length })}
        </p>
      </div>
      <Button onClick={() => setExporting(true)} aria-label={t("data.export")} className="max-sm:px-2.5">
        <FileDown size={16} aria-hidden /> <span className="max-sm:hidden">{t("data.export")}</span>
      </Button>
      <IconButton label={t("data.details")} aria-expanded={aboutOpen} onClick={onAbout}>
        <Info size={20} />
      </IconButton>
      {exporting && <ExportDialog dataset={dataset} view={view} onClose={() => setExporting(false)} />}
    </header>
  );
}
