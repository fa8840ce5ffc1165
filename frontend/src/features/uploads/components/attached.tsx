import { Settings2, X } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { ProgressBar } from "@/components/ui/progress";
import { iconOf } from "@/features/files/components/file-row";
import { Picture } from "@/features/files/components/picture";
import { useFile } from "@/features/files/components/use-file";
import { isPicture } from "@/features/files/state";
import { looksLikePicture } from "@/features/jobs/settings";
import { cancelUploads, previewOf, retryUploads } from "@/features/uploads/api";
import { isStuck, isUnderWay, percentOf, type Upload } from "@/features/uploads/state";
import { classes } from "@/lib/classes";
import { bytes, percent } from "@/lib/format";
import { prefer, usePreferences } from "@/lib/preferences";

const OptionsDialog = lazy(() => import("@/features/jobs/components/options-dialog"));

/** What waits in the compose box to be sent, and whether its pictures are to be made smaller. */
export default function Attached({ uploads }: { uploads: readonly Upload[] }) {
  const { t } = useTranslation();
  const smaller = usePreferences((preferences) => preferences.smaller);
  const [options, setOptions] = useState(false);
  return (
    <div className="flex flex-col gap-1 border-b border-line p-2">
      <ul aria-label={t("uploads.attached")} className="flex max-h-40 flex-wrap gap-2 overflow-y-auto">
        {uploads.map((one) => (
          <Chip key={one.id} upload={one} />
        ))}
      </ul>
      {uploads.some(looksLikePicture) && (
        <div className="flex flex-wrap items-center gap-x-3">
          <Checkbox checked={smaller} onChange={(checked) => prefer("smaller", checked)}>
            {t("uploads.makeSmaller")}
          </Checkbox>
          {smaller && (
            <Button size="sm" look="quiet" onClick={() => setOptions(true)}>
              <Settings2 size={16} aria-hidden /> {t("uploads.options")}
            </Button>
          )}
        </div>
      )}
      <Suspense>{options && <OptionsDialog onClose={() => setOptions(false)} />}</Suspense>
    </div>
  );
}

function Chip({ upload }: { upload: Upload }) {
  const { t, i18n } = useTranslation();
  const stuck = isStuck(upload);
  const word = () => {
    if (stuck) return t(upload.state === "lost" ? "uploads.lostShort" : "uploads.failedShort");
    return isUnderWay(upload) ? percent(percentOf(upload), i18n.language) : bytes(upload.size, i18n.language);
  };
  return (
    <li
      className={classes(
        "relative flex h-12 w-52 max-w-full items-center gap-2 overflow-hidden rounded-sm border pr-1",
        stuck ? "border-danger bg-danger-soft" : "border-line bg-panel",
      )}
    >
      <Preview upload={upload} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-xs font-medium">{upload.name}</span>
        <span className={classes("tabular block truncate text-xs", stuck ? "text-danger-ink" : "text-muted")}>
          {word()}
        </span>
      </span>
      {upload.state === "failed" && (
        <Button size="sm" look="quiet" onClick={() => retryUploads([upload.id])}>
          {t("common.retry")}
        </Button>
      )}
      <IconButton
        label={t("uploads.remove", { name: upload.name })}
        onClick={() => cancelUploads([upload.id])}
        className="size-7"
      >
        <X size={16} />
      </IconButton>
      {isUnderWay(upload) && (
        <ProgressBar
          percent={percentOf(upload)}
          label={upload.name}
          className="absolute inset-x-0 bottom-0 h-1 rounded-none"
        />
      )}
    </li>
  );
}

/** The server's thumbnail once it is there, the file itself before that. */
function Preview({ upload }: { upload: Upload }) {
  const file = useFile(upload.fileId ?? "");
  const url = usePreview(upload);
  const Icon = iconOf(upload.type);
  return (
    <span className="flex size-12 shrink-0 items-center justify-center bg-hover">
      {file && isPicture(file) ? (
        <Picture file={file} alt="" className="size-full" />
      ) : url ? (
        <img src={url} alt="" className="size-full object-cover" />
      ) : (
        <Icon size={20} aria-hidden className="text-muted" />
      )}
    </span>
  );
}

function usePreview(upload: Upload): string | null {
  const [url, setUrl] = useState<string | null>(null);
  const { id } = upload;
  const picture = looksLikePicture(upload);
  useEffect(() => {
    if (!picture) return;
    let made: string | null = null;
    let current = true;
    void previewOf(id).then((file) => {
      if (!current || !file) return;
      made = URL.createObjectURL(file);
      setUrl(made);
    });
    return () => {
      current = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [id, picture]);
  return url;
}
