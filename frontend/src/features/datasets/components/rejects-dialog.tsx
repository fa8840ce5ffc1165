import { FileDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { downloadRejects, listRejects } from "@/features/datasets/api";
import { useAct } from "@/features/jobs/components/use-act";
import type { Reject } from "@/lib/frames";
import { usePages } from "@/lib/use-pages";

interface Props {
  importId: string;
  mine: boolean;
  onClose: () => void;
}

/** The rows that an import left out: why, what they were, and how to bring them in after all. */
export function RejectsDialog({ importId, mine, onClose }: Props) {
  const { t } = useTranslation();
  const pages = usePages(importId, (cursor) => listRejects(importId, cursor));
  const { busy, run } = useAct();
  const download = (form: "report" | "rows") => run(() => downloadRejects(importId, form));
  return (
    <Dialog
      title={t("data.rejectsTitle")}
      description={mine ? t("data.rejectsHow") : undefined}
      onClose={onClose}
    >
      <div className="flex flex-wrap gap-2 border-b border-line p-4 py-2">
        <Button size="sm" disabled={busy} onClick={() => download("report")}>
          <FileDown size={16} aria-hidden /> {t("data.reportDownload")}
        </Button>
        <Button size="sm" disabled={busy} onClick={() => download("rows")}>
          <FileDown size={16} aria-hidden /> {t("data.rowsDownload")}
        </Button>
        {mine && (
          <Link
            href={`/data/import?corrects=${importId}`}
            onClick={onClose}
            className="inline-flex h-7 items-center rounded-sm px-2.5 text-xs font-medium text-accent-ink hover:bg-hover"
          >
            {t("data.importCorrected")}
          </Link>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <div className="flex min-h-24 flex-col gap-3 overflow-y-auto p-4" tabIndex={0}>
        {pages.error && pages.items.length === 0 ? (
          <ErrorState error={pages.error} retry={pages.reload} />
        ) : pages.loaded ? (
          <Rows rejects={pages.items} />
        ) : (
          <Skeleton rows={3} avatar={false} />
        )}
        {pages.more && (
          <Button size="sm" className="self-center" onClick={pages.loadMore}>
            {t("data.rejectsMore")}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Rows({ rejects }: { rejects: readonly (Reject & { id: string })[] }) {
  const { t, i18n } = useTranslation();
  if (rejects.length === 0) return <p className="text-sm text-muted">{t("data.rejectsNone")}</p>;
  return (
    <ol className="flex flex-col gap-3">
      {rejects.map((reject) => (
        <li key={reject.id} className="border-l-2 border-danger pl-3">
          <p className="tabular text-xs text-muted">
            {reject.line !== null && t("data.line", { line: reject.line.toLocaleString(i18n.language) })}
            {reject.column !== null && ` · ${reject.column}`}
          </p>
          <p className="text-sm wrap-anywhere">{reject.reason}</p>
          <code className="mt-0.5 block rounded-sm bg-panel px-2 py-1 text-xs wrap-anywhere whitespace-pre-wrap">
            {reject.raw}
          </code>
        </li>
      ))}
    </ol>
  );
}
