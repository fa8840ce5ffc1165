import { Table2, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMe } from "@/app/store";
import { Button } from "@/components/ui/button";
import { RejectsDialog } from "@/features/datasets/components/rejects-dialog";
import { looksLikeTable } from "@/features/datasets/draft";
import { type ImportResult, importResult, madeFile } from "@/features/datasets/result";
import { DownloadLink } from "@/features/files/components/file-row";
import { useFile } from "@/features/files/components/use-file";
import { bytes } from "@/lib/format";
import type { Job } from "@/lib/frames";

/** What came of a download, an import or an export; nothing for other kinds. */
export function TableOutcome({ job }: { job: Job }) {
  const imported = importResult(job);
  if (imported) return <Imported job={job} result={imported} />;
  return madeFile(job) ? <Made job={job} /> : null;
}

const LINK =
  "inline-flex h-7 items-center gap-1.5 rounded-sm border border-line-strong px-2.5 text-xs font-medium hover:bg-hover";

function Imported({ job, result }: { job: Job; result: ImportResult }) {
  const { t } = useTranslation();
  const mine = useMe() === job.owner_id;
  const [open, setOpen] = useState(false);
  const rows = t("data.rows", { count: result.rows });
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <p className="tabular text-sm">
        {result.dry_run ? (
          t("importing.wouldImport", { rows })
        ) : (
          <strong className="font-semibold">{rows}</strong>
        )}
        {result.updated > 0 && ` · ${t("data.updated", { count: result.updated })}`}
      </p>
      {result.dataset_id && !result.dry_run && (
        <Link href={`/data/${result.dataset_id}`} className={LINK}>
          <Table2 size={16} aria-hidden /> {result.name}
        </Link>
      )}
      {result.rejects > 0 && (
        <Button size="sm" onClick={() => setOpen(true)}>
          <TriangleAlert size={16} aria-hidden /> {t("data.rejects", { count: result.rejects })}
        </Button>
      )}
      {open && (
        <RejectsDialog
          importId={result.import_id}
          mine={mine && !result.dry_run}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}

function Made({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  const mine = useMe() === job.owner_id;
  const made = madeFile(job);
  const file = useFile(made?.id ?? "");
  if (!made) return null;
  if (file === null) return <p className="text-sm text-muted">{t("files.gone")}</p>;
  const place = job.conversation_id ? `&c=${job.conversation_id}` : "";
  return (
    <div className="flex flex-wrap items-center gap-2">
      <p className="tabular min-w-0 flex-1 truncate text-sm">
        {made.name} · {bytes(made.size, i18n.language)}
      </p>
      {mine && job.kind === "download.fetch" && looksLikeTable(made.name) && (
        <Link href={`/data/import?file=${made.id}${place}`} className={LINK}>
          <Table2 size={16} aria-hidden /> {t("downloads.import")}
        </Link>
      )}
      {file && <DownloadLink file={file} />}
    </div>
  );
}
