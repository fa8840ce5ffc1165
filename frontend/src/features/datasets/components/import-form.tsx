import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { createJob } from "@/features/datasets/api";
import { FoundFile } from "@/features/datasets/components/found-file";
import { ImportColumns } from "@/features/datasets/components/import-columns";
import { ImportRun } from "@/features/datasets/components/import-run";
import { ImportTarget } from "@/features/datasets/components/import-target";
import { ReadingFields } from "@/features/datasets/components/reading-fields";
import { useDataset } from "@/features/datasets/components/use-dataset";
import { usePreview } from "@/features/datasets/components/use-preview";
import {
  columnsOf,
  type Draft,
  EMPTY_DRAFT,
  fits,
  fitted,
  importParams,
  type Preview,
  problemsOf,
  proposedName,
  type Reading,
} from "@/features/datasets/draft";
import { useFile } from "@/features/files/components/use-file";
import { useAct } from "@/features/jobs/components/use-act";
import { useFailureText } from "@/features/jobs/components/use-failure-text";
import { useJob } from "@/features/jobs/components/use-job";
import type { Job } from "@/lib/frames";

interface Props {
  fileId: string;
  /** Where more rows are to go. */
  datasetId: string | null;
  /** Whose members see the import. */
  conversationId: string | null;
}

/** How a file is read, what becomes of its columns, and where they go. Nothing is written before "Import". */
export function ImportForm({ fileId, datasetId, conversationId }: Props) {
  const { t } = useTranslation();
  const file = useFile(fileId);
  const [reading, setReading] = useState<Reading>({ format: null, options: {} });
  const { preview, looking, failed, error, again } = usePreview(fileId, reading);
  const { draft, change } = useDraft(preview, datasetId, file?.name);
  const [run, setRun] = useState({ jobId: "", dry: true });
  const { busy, run: act } = useAct();
  const problems = problemsOf(draft);
  const imported = useJob(run.jobId)?.state === "succeeded" && !run.dry;
  const start = (dry: boolean) =>
    act(async () => {
      if (!preview) return;
      const params = importParams({ fileId, preview, draft, dryRun: dry });
      const job = await createJob({
        kind: "dataset.import",
        params,
        conversationId: dry ? null : conversationId,
      });
      setRun({ jobId: job.id, dry });
    });
  if (file === null) return <p className="p-6 text-sm text-muted">{t("files.gone")}</p>;
  if (!preview && (failed || error !== null))
    return <Unreadable failed={failed} error={error} again={again} />;
  if (!preview) return <Looking />;
  return (
    <div className="flex max-w-240 min-w-0 flex-col gap-8 p-4 md:p-6">
      <FoundFile name={file?.name ?? ""} preview={preview} looking={looking} />
      {(failed || error !== null) && <Unreadable failed={failed} error={error} again={again} />}
      <ReadingFields
        preview={preview}
        onChange={(patch) => setReading({ ...reading, ...patch })}
        reading={reading}
      />
      <ImportColumns preview={preview} draft={draft} onChange={change} />
      <ImportTarget draft={draft} onChange={change} />
      {!imported && (
        <div className="flex flex-wrap items-center gap-2">
          <Button disabled={busy || looking || problems.length > 0} onClick={() => start(true)}>
            {t("importing.tryIt")}
          </Button>
          <Button
            look="primary"
            disabled={busy || looking || problems.length > 0}
            onClick={() => start(false)}
          >
            {t("importing.run")}
          </Button>
          <p className="text-xs text-muted">{t("importing.tryHint")}</p>
        </div>
      )}
      {problems.length > 0 && (
        <ul className="-mt-6 text-sm text-danger-ink">
          {problems.map((problem) => (
            <li key={problem}>{t(`importing.${problem}`)}</li>
          ))}
        </ul>
      )}
      {run.jobId !== "" && <ImportRun key={run.jobId} jobId={run.jobId} dry={run.dry} />}
    </div>
  );
}

/** What stands in the form: begun with what was found, kept when the file is read otherwise. */
function useDraft(preview: Preview | null, datasetId: string | null, fileName: string | undefined) {
  const [draft, setDraft] = useState<Draft>(() => ({
    ...EMPTY_DRAFT,
    mode: datasetId ? "append" : "create",
    datasetId,
  }));
  const target = useDataset(draft.mode === "create" ? "" : (draft.datasetId ?? ""));
  useEffect(() => {
    if (fileName) setDraft((known) => (known.name ? known : { ...known, name: proposedName(fileName) }));
  }, [fileName]);
  const fitting = fits(draft.mode);
  const ready = target !== undefined && target !== null;
  const place = fitting && ready ? draft.datasetId : null;
  const before = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was chosen stays when the dataset merely changes
  useEffect(() => {
    if (!preview) return;
    const same = before.current === place;
    before.current = place;
    setDraft((known) => {
      const columns = columnsOf(preview, same ? known.columns : []);
      if (same) return { ...known, columns };
      return place && target
        ? { ...known, columns: fitted(columns, target), key: target.key }
        : { ...known, columns, key: [] };
    });
  }, [preview, place]);
  return { draft, change: (patch: Partial<Draft>) => setDraft((known) => ({ ...known, ...patch })) };
}

function Looking() {
  const { t } = useTranslation();
  return (
    <>
      <p role="status" className="px-6 pt-6 text-sm text-muted">
        {t("importing.looking")}
      </p>
      <Skeleton rows={6} avatar={false} />
    </>
  );
}

function Unreadable({ failed, error, again }: { failed: Job | null; error: unknown; again: () => void }) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  if (!failed) return <ErrorState error={error} retry={again} />;
  return (
    <div role="alert" className="flex flex-col items-start gap-3 p-4 md:p-6">
      <p className="text-sm font-medium">{t("importing.previewFailed")}</p>
      {failed.error && <p className="text-sm wrap-anywhere text-danger-ink">{failureText(failed.error)}</p>}
      <Button onClick={again}>{t("importing.lookAgain")}</Button>
    </div>
  );
}
