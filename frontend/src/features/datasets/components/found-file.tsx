import { FileSpreadsheet } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import type { Preview } from "@/features/datasets/draft";

interface Props {
  name: string;
  preview: Preview;
  /** It is being looked at in another way. */
  looking: boolean;
}

/** What the file is, in a line. */
export function FoundFile({ name, preview, looking }: Props) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const values = {
    format: t(`importing.short.${preview.format}`),
    columns: t("data.columns", { count: preview.columns.length }),
  };
  const found =
    preview.estimated_rows === null
      ? t("importing.foundUncounted", values)
      : t("importing.found", {
          ...values,
          rows: t("data.rows", { count: Math.max(preview.estimated_rows, preview.rows.length) }),
        });
  const other = `/data/import?${new URLSearchParams([...params].filter(([key]) => key !== "file"))}`;
  const packed = preview.compression && t("importing.packed", { compression: preview.compression });
  return (
    <div className="flex items-center gap-3 rounded-md border border-line bg-panel p-3">
      <FileSpreadsheet size={20} aria-hidden className="shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-semibold">{name}</p>
        <p role="status" className="tabular text-xs text-muted">
          {looking ? t("importing.looking") : [found, packed].filter(Boolean).join(" · ")}
        </p>
      </div>
      <Link href={other} className="shrink-0 text-xs font-medium text-accent-ink hover:underline">
        {t("importing.otherFile")}
      </Link>
    </div>
  );
}
