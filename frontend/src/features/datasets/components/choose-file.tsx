import { FileUp, Table2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import { Button } from "@/components/ui/button";
import { ProgressBar } from "@/components/ui/progress";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { Ago } from "@/components/ui/time-text";
import { looksLikeTable } from "@/features/datasets/draft";
import { listFiles } from "@/features/files/api";
import { retryUploads, storeFiles } from "@/features/uploads/api";
import { FilePicker } from "@/features/uploads/components/file-picker";
import { percentOf } from "@/features/uploads/state";
import { bytes, percent } from "@/lib/format";
import type { FileInfo } from "@/lib/frames";
import { usePages } from "@/lib/use-pages";

interface Props {
  hint: string;
  onChoose: (fileId: string) => void;
}

/** A file from this device, or one that is here already. */
export function ChooseFile({ hint, onChoose }: Props) {
  const { t } = useTranslation();
  const [uploadId, setUploadId] = useState("");
  const upload = useChat((chat) => chat.uploads.byId[uploadId]);
  const stored = upload?.fileId;
  useEffect(() => {
    if (stored) onChoose(stored);
  }, [stored, onChoose]);
  const take = ([file]: File[]) => {
    if (file) void storeFiles([file]).then(([id]) => setUploadId(id ?? ""));
  };
  return (
    <div className="flex max-w-160 flex-col gap-6 p-4 md:p-6">
      <div className="flex flex-col items-center gap-3 rounded-md border-2 border-dashed border-line-strong p-8 text-center">
        <p className="text-sm text-muted">{hint}</p>
        <FilePicker look="primary" multiple={false} onPick={take}>
          <FileUp size={16} aria-hidden /> {t("importing.chooseFile")}
        </FilePicker>
        {upload && (upload.state === "failed" ? <Failed id={uploadId} name={upload.name} /> : null)}
        {upload && upload.state !== "failed" && <Coming name={upload.name} part={percentOf(upload)} />}
      </div>
      <Recent onChoose={onChoose} />
    </div>
  );
}

function Coming({ name, part }: { name: string; part: number }) {
  const { t, i18n } = useTranslation();
  const text = t("importing.uploading", { name, percent: percent(part, i18n.language) });
  return (
    <div role="status" className="w-full max-w-80">
      <p className="tabular mb-1 truncate text-sm">{text}</p>
      <ProgressBar percent={part} label={name} />
    </div>
  );
}

function Failed({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation();
  return (
    <p role="alert" className="flex flex-wrap items-center justify-center gap-2 text-sm text-danger-ink">
      {t("importing.uploadFailed", { name })}
      <Button size="sm" onClick={() => void retryUploads([id])}>
        {t("common.retry")}
      </Button>
    </p>
  );
}

function Recent({ onChoose }: Pick<Props, "onChoose">) {
  const { t } = useTranslation();
  const pages = usePages("mine", (cursor) => listFiles({ cursor }));
  const tables = pages.items.filter((file) => looksLikeTable(file.name));
  if (pages.error && !pages.loaded) return <ErrorState error={pages.error} retry={pages.reload} />;
  if (!pages.loaded) return <Skeleton rows={3} avatar={false} />;
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">{t("importing.recent")}</h3>
      {tables.length === 0 && <p className="text-sm text-muted">{t("importing.noRecent")}</p>}
      <ul className="flex flex-col gap-1">
        {tables.map((file) => (
          <li key={file.id}>
            <Choice file={file} onChoose={() => onChoose(file.id)} />
          </li>
        ))}
      </ul>
      {pages.more && (
        <Button size="sm" className="self-center" onClick={pages.loadMore}>
          {t("importing.more")}
        </Button>
      )}
    </section>
  );
}

function Choice({ file, onChoose }: { file: FileInfo; onChoose: () => void }) {
  const { i18n } = useTranslation();
  return (
    <button
      type="button"
      onClick={onChoose}
      className="flex w-full items-center gap-3 rounded-sm border border-line px-3 py-2 text-left hover:bg-hover"
    >
      <Table2 size={16} aria-hidden className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{file.name}</span>
        <span className="tabular block truncate text-xs text-muted">
          {bytes(file.size, i18n.language)} · <Ago at={file.created_at} />
        </span>
      </span>
    </button>
  );
}
