import { CheckCheck, FolderOpen, Pause, Play, RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/button";
import { ProgressBar } from "@/components/ui/progress";
import { RequestId } from "@/components/ui/states";
import { cancelUploads, pauseUploads, pickedAgain, resumePaused, retryUploads } from "@/features/uploads/api";
import { FilePicker } from "@/features/uploads/components/file-picker";
import { isStuck, isUnderWay, percentOf, type Upload } from "@/features/uploads/state";
import { useErrorText } from "@/lib/error-text";
import { WarrenError } from "@/lib/errors";
import { bytes, duration, percent } from "@/lib/format";

export function TrayRow({ upload }: { upload: Upload }) {
  const stuck = isStuck(upload);
  return (
    <li className="flex items-center gap-1 border-b border-line py-1.5 pr-1.5 pl-3 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm">{upload.name}</p>
        {isUnderWay(upload) && (
          <ProgressBar
            percent={percentOf(upload)}
            label={upload.name}
            tone={upload.state === "running" ? "accent" : "muted"}
            className="my-1 h-1"
          />
        )}
        {stuck ? <Trouble upload={upload} /> : <Facts upload={upload} />}
      </div>
      <Controls upload={upload} />
    </li>
  );
}

function Facts({ upload }: { upload: Upload }) {
  const { t, i18n } = useTranslation();
  const left = upload.rate > 0 ? (upload.size - upload.sent) / upload.rate : null;
  const facts = {
    waiting: [t("uploads.waiting"), bytes(upload.size, i18n.language)],
    paused: [t("uploads.paused"), percent(percentOf(upload), i18n.language)],
    running: [
      percent(percentOf(upload), i18n.language),
      upload.rate > 0 && t("jobs.perSecond", { amount: bytes(upload.rate, i18n.language) }),
      left !== null && t("jobs.left", { time: duration(left) }),
    ],
    stored: [t("uploads.stored"), bytes(upload.size, i18n.language)],
    done: [t("uploads.stored"), bytes(upload.size, i18n.language)],
    failed: [],
    lost: [],
  }[upload.state];
  return <p className="tabular truncate text-xs text-muted">{facts.filter(Boolean).join(" · ")}</p>;
}

function Trouble({ upload }: { upload: Upload }) {
  const { t } = useTranslation();
  const text = useErrorText();
  const { error } = upload;
  return (
    <div className="text-xs text-danger-ink">
      <p>{error ? text(new WarrenError(error.code, error.message)) : t("uploads.lost")}</p>
      {error?.requestId && <RequestId id={error.requestId} />}
    </div>
  );
}

function Controls({ upload }: { upload: Upload }) {
  const { t } = useTranslation();
  const { id, name, state } = upload;
  if (state === "stored" || state === "done") {
    return (
      <CheckCheck size={16} role="img" aria-label={t("uploads.stored")} className="mx-2 text-accent-ink" />
    );
  }
  return (
    <>
      {(state === "running" || state === "waiting") && (
        <IconButton label={t("uploads.pause", { name })} onClick={() => pauseUploads([id])}>
          <Pause size={16} />
        </IconButton>
      )}
      {state === "paused" && (
        <IconButton label={t("uploads.resume", { name })} onClick={() => resumePaused([id])}>
          <Play size={16} />
        </IconButton>
      )}
      {state === "failed" && (
        <IconButton label={t("uploads.retry", { name })} onClick={() => retryUploads([id])}>
          <RotateCw size={16} />
        </IconButton>
      )}
      {state === "lost" && (
        <FilePicker label={t("uploads.pickAgain", { name })} onPick={pickedAgain}>
          <FolderOpen size={16} />
        </FilePicker>
      )}
      <IconButton label={t("uploads.cancel", { name })} onClick={() => cancelUploads([id])}>
        <X size={16} />
      </IconButton>
    </>
  );
}
