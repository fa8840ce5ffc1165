import { FileInput, TriangleAlert, Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useToast } from "@/app/toast";
import { Button } from "@/components/ui/button";
import { Ago } from "@/components/ui/time-text";
import { undoImport } from "@/features/datasets/api";
import { Confirm } from "@/features/datasets/components/confirm";
import { RejectsDialog } from "@/features/datasets/components/rejects-dialog";
import { classes } from "@/lib/classes";
import type { Dataset, Import } from "@/lib/frames";

interface Props {
  one: Import;
  dataset: Dataset;
  mine: boolean;
  onUndone: () => void;
}

/** One import into a dataset: what it brought, what it left out, and how to take it back. */
export function ImportEntry({ one, dataset, mine, onUndone }: Props) {
  const { t } = useTranslation();
  const [rejects, setRejects] = useState(false);
  const parts = [
    t("data.inserted", { count: one.inserted }),
    one.updated > 0 && t("data.updated", { count: one.updated }),
    one.corrected > 0 && t("data.corrected", { count: one.corrected }),
  ].filter(Boolean);
  return (
    <article
      aria-label={one.file_name}
      className={classes(
        "rounded-sm border border-line bg-raised p-2.5",
        one.state === "undone" && "opacity-70",
      )}
    >
      <p className="flex items-center gap-2 text-sm font-medium">
        <FileInput size={16} aria-hidden className="shrink-0 text-muted" />
        <span className="min-w-0 flex-1 truncate">{one.file_name}</span>
        {one.state !== "done" && (
          <span className="text-xs text-muted">{t(`data.importStates.${one.state}`)}</span>
        )}
      </p>
      <p className="tabular mt-0.5 text-xs text-muted">
        {t(`data.importModes.${one.mode}`)} · <Ago at={one.created_at} />
      </p>
      <p className="tabular mt-0.5 text-xs">{parts.join(" · ")}</p>
      <div className="mt-1.5 flex flex-wrap gap-2 empty:hidden">
        {one.rejects > 0 && (
          <Button size="sm" onClick={() => setRejects(true)}>
            <TriangleAlert size={16} aria-hidden /> {t("data.rejects", { count: one.rejects })}
          </Button>
        )}
        {mine && one.undoable && <Undo one={one} dataset={dataset} onUndone={onUndone} />}
      </div>
      {rejects && <RejectsDialog importId={one.id} mine={mine} onClose={() => setRejects(false)} />}
    </article>
  );
}

function Undo({ one, dataset, onUndone }: Omit<Props, "mine">) {
  const { t } = useTranslation();
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const run = async () => {
    await undoImport(dataset.id, one.id);
    setAsking(false);
    toast(t("data.undone"));
    onUndone();
  };
  const text = [t("data.undoText", { name: one.file_name }), one.mode === "create" && t("data.undoLast")];
  return (
    <>
      <Button size="sm" onClick={() => setAsking(true)}>
        <Undo2 size={16} aria-hidden /> {t("data.undo")}
      </Button>
      {asking && (
        <Confirm
          title={t("data.undoTitle")}
          text={text.filter(Boolean).join(" ")}
          action={t("data.undo")}
          run={run}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
