import { ZoomIn, ZoomOut } from "lucide-react";
import { type PointerEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/states";
import { DownloadLink, GoneFile } from "@/features/files/components/file-row";
import { Picture } from "@/features/files/components/picture";
import { useFile } from "@/features/files/components/use-file";
import type { ImageResult, ResultFile } from "@/features/jobs/result";
import { bytes, saved } from "@/lib/format";
import type { FileInfo } from "@/lib/frames";

/** Of the frame, at most; the slider is as wide as the picture in it. */
const HEIGHT = "60dvh";

/** The picture before and after, one over the other; a slider says how much of each is seen. */
export function Comparison({ result }: { result: ImageResult }) {
  const { t } = useTranslation();
  const [first] = result.files;
  const before = useFile(result.source.id);
  const after = useFile(first?.id ?? "");
  return (
    <section className="flex flex-col gap-3">
      <h3 className="text-base font-semibold">{t("compare.title")}</h3>
      {before === null || after === null ? (
        <GoneFile />
      ) : before && after ? (
        <Sides before={before} after={after} />
      ) : (
        <Skeleton rows={2} avatar={false} />
      )}
      <ul className="flex flex-col gap-1">
        {result.files.map((file) => (
          <Rendition key={file.id} file={file} source={result.source} />
        ))}
      </ul>
    </section>
  );
}

function Sides({ before, after }: { before: FileInfo; after: FileInfo }) {
  const { t } = useTranslation();
  const id = useId();
  const [at, setAt] = useState(50);
  const [actual, setActual] = useState(false);
  const point = (event: PointerEvent<HTMLElement>) => {
    if (event.type === "pointermove" && event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    setAt(Math.round(Math.min(100, Math.max(0, ((event.clientX - box.left) / box.width) * 100))));
  };
  const [width, height] = [after.width ?? 1, after.height ?? 1];
  const size = actual ? { width, height } : { aspectRatio: `${width} / ${height}` };
  const fitted = actual ? undefined : { maxWidth: `calc(${HEIGHT} * ${width / height})` };
  return (
    <div className="mx-auto flex w-full flex-col gap-2" style={fitted}>
      <div
        className="overflow-auto rounded-sm border border-line bg-panel"
        style={{ maxHeight: HEIGHT }}
        tabIndex={actual ? 0 : -1}
      >
        <div
          className="relative touch-pan-y select-none"
          style={size}
          onPointerDown={point}
          onPointerMove={point}
        >
          <Picture file={after} full alt={t("compare.after")} className="absolute inset-0" />
          <span className="absolute inset-0" style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}>
            <Picture file={before} full alt={t("compare.before")} className="absolute inset-0 bg-panel" />
          </span>
          <span className="absolute inset-y-0 w-0.5 -translate-x-1/2 bg-accent" style={{ left: `${at}%` }} />
        </div>
      </div>
      <label htmlFor={id} className="sr-only">
        {t("compare.slider")}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={100}
        value={at}
        onChange={(event) => setAt(Number(event.target.value))}
        aria-valuetext={t("compare.part", { percent: at })}
        className="h-6 w-full accent-accent"
      />
      <div className="flex items-center gap-2 text-xs text-muted">
        <span>{t("compare.before")}</span>
        <span className="flex flex-1 justify-center">
          <Button size="sm" aria-pressed={actual} onClick={() => setActual(!actual)}>
            {actual ? <ZoomOut size={16} aria-hidden /> : <ZoomIn size={16} aria-hidden />}
            {t(actual ? "files.fit" : "files.actualSize")}
          </Button>
        </span>
        <span>{t("compare.after")}</span>
      </div>
    </div>
  );
}

/** One of the pictures that were made: what it is, how large, and what that saved. */
function Rendition({ file, source }: { file: ResultFile; source: ResultFile }) {
  const { i18n } = useTranslation();
  const known = useFile(file.id);
  return (
    <li className="flex items-center gap-3 rounded-sm border border-line px-3 py-1.5">
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{file.name}</span>
        <span className="tabular block text-xs text-muted">
          {file.width} × {file.height} · {bytes(source.size, i18n.language)} →{" "}
          {bytes(file.size, i18n.language)}{" "}
          <strong className="font-semibold text-accent-ink">
            {saved(source.size, file.size, i18n.language)}
          </strong>
        </span>
      </span>
      {known && <DownloadLink file={known} />}
    </li>
  );
}
