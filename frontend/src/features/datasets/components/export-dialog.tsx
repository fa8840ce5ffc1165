import { FileDown } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { SelectField } from "@/components/ui/select";
import { createJob, type View } from "@/features/datasets/api";
import { useFile } from "@/features/files/components/use-file";
import { JobCard } from "@/features/jobs/components/job-card";
import { useAct } from "@/features/jobs/components/use-act";
import { useJob } from "@/features/jobs/components/use-job";
import { bytes } from "@/lib/format";
import type { Dataset, Job } from "@/lib/frames";

const FORMATS = ["csv", "jsonl", "parquet"] as const;

interface Props {
  dataset: Dataset;
  view: View;
  onClose: () => void;
}

/** Makes a file of a dataset. It is a job, so it goes on when the dialog is closed. */
export function ExportDialog({ dataset, view, onClose }: Props) {
  const { t } = useTranslation();
  const [format, setFormat] = useState<(typeof FORMATS)[number]>("csv");
  const [narrowed, setNarrowed] = useState(view.filter.length > 0);
  const [jobId, setJobId] = useState("");
  const { busy, run } = useAct();
  const make = async () => {
    const params = { dataset_id: dataset.id, format, filter: narrowed ? view.filter : [] };
    setJobId((await createJob({ kind: "dataset.export", params })).id);
  };
  return (
    <Dialog title={t("data.exportTitle")} description={dataset.name} onClose={onClose}>
      <div className="flex flex-col gap-4 overflow-y-auto p-4">
        <SelectField
          label={t("data.exportFormat")}
          value={format}
          onChange={setFormat}
          options={FORMATS.map((one) => [one, t(`data.exportFormats.${one}`)] as const)}
        />
        {view.filter.length > 0 ? (
          <Checkbox checked={narrowed} onChange={setNarrowed}>
            {t("data.exportSome")}
          </Checkbox>
        ) : (
          <p className="text-sm text-muted">
            {t("data.exportAll", { rows: t("data.rows", { count: dataset.rows }) })}
          </p>
        )}
        <Button look="primary" className="self-end" disabled={busy} onClick={() => run(make)}>
          {t("data.exportRun")}
        </Button>
        {jobId !== "" && <Made jobId={jobId} />}
      </div>
    </Dialog>
  );
}

function Made({ jobId }: { jobId: string }) {
  const job = useJob(jobId);
  if (!job) return null;
  return job.state === "succeeded" ? <Ready job={job} /> : <JobCard job={job} className="w-full" />;
}

function Ready({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  const [made] = (job.result as { files?: { id: string }[] } | null)?.files ?? [];
  const file = useFile(made?.id ?? "");
  return (
    <div role="status" className="flex items-center gap-3 rounded-md border border-line bg-panel p-3">
      <p className="min-w-0 flex-1 text-sm">
        {t("data.exportReady")}
        {file && (
          <span className="tabular block truncate text-xs text-muted">
            {file.name} · {bytes(file.size, i18n.language)}
          </span>
        )}
      </p>
      {file && (
        <a
          href={file.content_url}
          download={file.name}
          className="inline-flex h-9 items-center gap-2 rounded-sm bg-accent px-3.5 text-sm font-medium text-on-accent hover:bg-accent-hover"
        >
          <FileDown size={16} aria-hidden /> {t("data.exportDownload")}
        </a>
      )}
    </div>
  );
}
