import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { createJob, fetchImport } from "@/features/datasets/api";
import { ImportRun } from "@/features/datasets/components/import-run";
import { proposedName } from "@/features/datasets/draft";
import { useFile } from "@/features/files/components/use-file";
import { useAct } from "@/features/jobs/components/use-act";
import { useLoaded } from "@/lib/use-loaded";

/** A file with rows that an import had left out, corrected: it is read and added as that one was. */
export function Corrected({ fileId, corrects }: { fileId: string; corrects: string }) {
  const { t } = useTranslation();
  const file = useFile(fileId);
  const { data: first, error, reload } = useLoaded(corrects, () => fetchImport(corrects));
  const [jobId, setJobId] = useState("");
  const { busy, run } = useAct();
  if (error) return <ErrorState error={error} retry={reload} />;
  if (!first) return <Skeleton rows={3} avatar={false} />;
  const start = async () => {
    const dataset = first.dataset_id ?? proposedName(first.file_name);
    const params = { file_id: fileId, dataset, corrects };
    setJobId((await createJob({ kind: "dataset.import", params })).id);
  };
  return (
    <div className="flex max-w-160 flex-col items-start gap-4 p-4 md:p-6">
      <p className="text-sm">
        {file?.name} → {first.file_name}
      </p>
      <p className="text-sm text-muted">{t("data.rejects", { count: first.rejects })}</p>
      <Button look="primary" disabled={busy || jobId !== ""} onClick={() => run(start)}>
        {t("importing.runCorrected")}
      </Button>
      {jobId !== "" && <ImportRun jobId={jobId} dry={false} />}
    </div>
  );
}
