import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import { FileRow, GoneFile } from "@/features/files/components/file-row";
import { Picture } from "@/features/files/components/picture";
import { useFile } from "@/features/files/components/use-file";
import { isPicture } from "@/features/files/state";
import { classes } from "@/lib/classes";
import type { FileInfo } from "@/lib/frames";

const Viewer = lazy(() => import("@/features/files/components/viewer"));

/** As high as the rows' estimate takes them to be (features/messages/rows.ts). */
const HEIGHT_PX = 160;
const NARROWEST = 0.6;
const WIDEST = 2;

/** A message's files: pictures side by side, the others as rows. A picture opens the viewer on all of them. */
export default function Attachments({ fileIds, tabIndex }: { fileIds: readonly string[]; tabIndex: number }) {
  const [viewing, setViewing] = useState<string | null>(null);
  const files = useChat((chat) => chat.files);
  const pictures = fileIds.filter((id) => {
    const known = files.byId[id];
    return known && isPicture(known.file) && !files.gone[id];
  });
  return (
    <div className="flex flex-wrap gap-2 py-1">
      {fileIds.map((id) => (
        <Attachment key={id} id={id} tabIndex={tabIndex} onOpen={() => setViewing(id)} />
      ))}
      {viewing && (
        <Suspense>
          <Viewer ids={pictures} first={viewing} onClose={() => setViewing(null)} />
        </Suspense>
      )}
    </div>
  );
}

interface Props {
  id: string;
  tabIndex: number;
  onOpen: () => void;
}

function Attachment({ id, tabIndex, onOpen }: Props) {
  const file = useFile(id);
  if (file === null) return <GoneFile />;
  if (!file?.inspected) return <Arriving file={file} />;
  if (!isPicture(file)) return <FileRow file={file} />;
  return <Thumbnail file={file} tabIndex={tabIndex} onOpen={onOpen} />;
}

/** Not known yet, or not looked into yet: keeps the place. */
function Arriving({ file }: { file: FileInfo | undefined }) {
  const { t } = useTranslation();
  return (
    <div
      className="flex size-40 items-end rounded-sm bg-hover p-2 text-xs text-muted"
      role="status"
      aria-label={t("common.loading")}
    >
      <span className="truncate">{file?.name}</span>
    </div>
  );
}

interface ThumbnailProps {
  file: FileInfo;
  tabIndex: number;
  onOpen: () => void;
}

function Thumbnail({ file, tabIndex, onOpen }: ThumbnailProps) {
  const { t } = useTranslation();
  const ratio = (file.width ?? 1) / Math.max(1, file.height ?? 1);
  const width = Math.round(HEIGHT_PX * Math.min(WIDEST, Math.max(NARROWEST, ratio)));
  return (
    <button
      type="button"
      tabIndex={tabIndex}
      onClick={onOpen}
      aria-label={t("files.open", { name: file.name })}
      className={classes("block max-w-full overflow-hidden rounded-sm border border-line")}
      style={{ width, height: HEIGHT_PX }}
    >
      <Picture file={file} alt="" className="size-full" />
    </button>
  );
}
