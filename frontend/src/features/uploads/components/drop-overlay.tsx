import { ImageDown, Paperclip } from "lucide-react";
import { type DragEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/lib/classes";

interface Props {
  onSmaller: (event: DragEvent) => void;
  /** Null where there is no conversation to attach them to. */
  onAttach: ((event: DragEvent) => void) | null;
}

/** Over everything while files hover: where to drop them, and what then happens. */
export function DropOverlay({ onSmaller, onAttach }: Props) {
  const { t } = useTranslation();
  return (
    <div className="fixed inset-0 z-40 flex flex-col gap-3 bg-scrim p-4 sm:flex-row sm:p-8">
      <Target
        icon={<ImageDown size={20} aria-hidden />}
        title={t(onAttach ? "uploads.smallerAndPost" : "uploads.smaller")}
        hint={t("uploads.smallerHint")}
        onDrop={onSmaller}
      />
      {onAttach && (
        <Target
          icon={<Paperclip size={20} aria-hidden />}
          title={t("uploads.asTheyAre")}
          hint={t("uploads.asTheyAreHint")}
          onDrop={onAttach}
        />
      )}
    </div>
  );
}

interface TargetProps {
  icon: ReactNode;
  title: string;
  hint: string;
  onDrop: (event: DragEvent) => void;
}

function Target({ icon, title, hint, onDrop }: TargetProps) {
  const [over, setOver] = useState(false);
  return (
    <section
      aria-label={title}
      onDragEnter={() => setOver(true)}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      className={classes(
        "flex flex-1 flex-col items-center justify-center gap-2 rounded-md border-2 border-dashed p-6 text-center *:pointer-events-none",
        over ? "border-accent bg-accent-soft text-accent-ink" : "border-line-strong bg-raised text-ink",
      )}
    >
      {icon}
      <p className="text-lg font-semibold">{title}</p>
      <p className="max-w-80 text-sm text-muted">{hint}</p>
    </section>
  );
}
