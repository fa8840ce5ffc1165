import {
  Download,
  FileArchive,
  FileAudio,
  File as FileIcon,
  FileText,
  FileVideo,
  FileX2,
  Image,
  Table2,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { looksLikeTable } from "@/features/datasets/draft";
import { bytes } from "@/lib/format";
import type { FileInfo } from "@/lib/frames";

const ICONS = [
  ["image/", Image],
  ["video/", FileVideo],
  ["audio/", FileAudio],
  ["text/", FileText],
  ["application/pdf", FileText],
  ["application/zip", FileArchive],
  ["application/gzip", FileArchive],
] as const;

export const iconOf = (mediaType: string) =>
  ICONS.find(([prefix]) => mediaType.startsWith(prefix))?.[1] ?? FileIcon;

/** A file that is no picture, or cannot be shown as one: its name, its size, and the way to have it. */
export function FileRow({ file }: { file: FileInfo }) {
  const { t, i18n } = useTranslation();
  const Icon = iconOf(file.media_type);
  return (
    <div className="flex h-13 w-80 max-w-full items-center gap-3 rounded-sm border border-line bg-raised px-3">
      <Icon size={20} aria-hidden className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{file.name}</span>
        <span className="tabular block truncate text-xs text-muted">
          {bytes(file.size, i18n.language)}
          {file.problem && ` · ${t("files.notShown")}`}
        </span>
      </span>
      {looksLikeTable(file.name) && <ImportLink file={file} />}
      <DownloadLink file={file} />
    </div>
  );
}

/** The way to make a dataset of a file. */
function ImportLink({ file }: { file: FileInfo }) {
  const { t } = useTranslation();
  const label = t("importing.tableImport", { name: file.name });
  return (
    <Link
      href={`/data/import?file=${file.id}`}
      aria-label={label}
      title={label}
      className="inline-flex size-8 shrink-0 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-ink"
    >
      <Table2 size={16} aria-hidden />
    </Link>
  );
}

export function DownloadLink({ file }: { file: Pick<FileInfo, "content_url" | "name"> }) {
  const { t } = useTranslation();
  const label = t("files.download", { name: file.name });
  return (
    <a
      href={file.content_url}
      download={file.name}
      aria-label={label}
      title={label}
      className="inline-flex size-8 shrink-0 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-ink"
    >
      <Download size={16} aria-hidden />
    </a>
  );
}

/** A file that was deleted, or that is not mine to see. */
export function GoneFile() {
  const { t } = useTranslation();
  return (
    <div className="flex h-13 w-80 max-w-full items-center gap-3 rounded-sm border border-dashed border-line-strong px-3 text-sm text-muted">
      <FileX2 size={20} aria-hidden className="shrink-0" />
      {t("files.gone")}
    </div>
  );
}
