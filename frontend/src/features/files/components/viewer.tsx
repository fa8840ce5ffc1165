import { ChevronLeft, ChevronRight, X, ZoomIn, ZoomOut } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/button";
import { Modal } from "@/components/ui/modal";
import { DownloadLink } from "@/features/files/components/file-row";
import { Picture } from "@/features/files/components/picture";
import { useFile } from "@/features/files/components/use-file";
import { classes } from "@/lib/classes";
import { bytes } from "@/lib/format";
import type { FileInfo } from "@/lib/frames";

interface Props {
  /** Pictures to walk through. */
  ids: readonly string[];
  first: string;
  onClose: () => void;
}

/** One picture over everything: arrows go to its neighbors, + and − or a click zoom, Esc closes. */
export default function Viewer({ ids, first, onClose }: Props) {
  const { t } = useTranslation();
  const [id, setId] = useState(first);
  const [actual, setActual] = useState(false);
  const file = useFile(id);
  const index = ids.indexOf(id);
  const go = (step: number) => {
    const next = ids[index + step];
    if (!next) return;
    setId(next);
    setActual(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft" && !actual) go(-1);
    else if (event.key === "ArrowRight" && !actual) go(1);
    else if (event.key === "+" || event.key === "=") setActual(true);
    else if (event.key === "-") setActual(false);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      labelledBy="viewer-title"
      onClose={onClose}
      className="m-0 h-dvh max-h-none w-screen bg-canvas text-ink"
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys that work wherever the focus is in the dialog */}
      <div className="flex h-full flex-col" onKeyDown={onKeyDown}>
        <header className="flex h-14 shrink-0 items-center gap-1 border-b border-line px-2 sm:px-4">
          <Title file={file} place={ids.length > 1 ? `${index + 1} / ${ids.length}` : ""} />
          <IconButton
            label={t(actual ? "files.fit" : "files.actualSize")}
            aria-pressed={actual}
            onClick={() => setActual(!actual)}
          >
            {actual ? <ZoomOut size={20} /> : <ZoomIn size={20} />}
          </IconButton>
          {file && <DownloadLink file={file} />}
          <IconButton label={t("common.close")} onClick={onClose}>
            <X size={20} />
          </IconButton>
        </header>
        <div className="relative min-h-0 flex-1">
          {file && <Stage file={file} actual={actual} onZoom={() => setActual(!actual)} />}
          <Step label={t("files.previous")} side="left" enabled={index > 0} onClick={() => go(-1)} />
          <Step label={t("files.next")} side="right" enabled={index < ids.length - 1} onClick={() => go(1)} />
        </div>
      </div>
    </Modal>
  );
}

function Title({ file, place }: { file: FileInfo | null | undefined; place: string }) {
  const { t, i18n } = useTranslation();
  const facts = file
    ? [place, file.width && `${file.width} × ${file.height}`, bytes(file.size, i18n.language)]
    : [place];
  return (
    <div className="min-w-0 flex-1">
      <h2 id="viewer-title" className="truncate text-base leading-5 font-semibold">
        {file === null ? t("files.gone") : (file?.name ?? t("common.loading"))}
      </h2>
      <p className="tabular truncate text-xs text-muted">{facts.filter(Boolean).join(" · ")}</p>
    </div>
  );
}

function Stage({ file, actual, onZoom }: { file: FileInfo; actual: boolean; onZoom: () => void }) {
  const { t } = useTranslation();
  const size = actual ? { width: file.width ?? undefined, height: file.height ?? undefined } : undefined;
  return (
    <div className={classes("flex size-full p-2", actual ? "overflow-auto" : "overflow-hidden")}>
      <button
        type="button"
        onClick={onZoom}
        aria-label={t(actual ? "files.fit" : "files.actualSize")}
        className={classes("block", actual ? "m-auto shrink-0 cursor-zoom-out" : "size-full cursor-zoom-in")}
        style={size}
      >
        <Picture key={file.id} file={file} full alt={file.name} className="size-full" />
      </button>
    </div>
  );
}

interface StepProps {
  label: string;
  side: "left" | "right";
  enabled: boolean;
  onClick: () => void;
}

function Step({ label, side, enabled, onClick }: StepProps) {
  if (!enabled) return null;
  const Icon = side === "left" ? ChevronLeft : ChevronRight;
  return (
    <IconButton
      label={label}
      onClick={onClick}
      className={classes(
        "absolute top-1/2 size-10 -translate-y-1/2 border border-line bg-raised",
        side === "left" ? "left-2" : "right-2",
      )}
    >
      <Icon size={20} />
    </IconButton>
  );
}
