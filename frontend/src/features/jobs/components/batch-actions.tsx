import { Pause, Play, RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/app/store";
import { Button } from "@/components/ui/button";
import { cancelBatch, pauseBatch, resumeBatch, retryBatch } from "@/features/jobs/api";
import { useAct } from "@/features/jobs/components/use-act";
import { isBatchOver } from "@/features/jobs/state";
import { cancelOfBatch } from "@/features/uploads/api";
import type { Batch } from "@/lib/frames";

/** For its owner: pause downloads and let them go on, cancel while it runs (with what is still on its way here), retry what did not succeed. */
export function BatchActions({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const mine = useMe() === batch.owner_id;
  const { busy, run } = useAct();
  if (!mine) return null;
  const cancel = async () => {
    cancelOfBatch(batch.id);
    await cancelBatch(batch.id);
  };
  const open = !isBatchOver(batch);
  return (
    <>
      {open && batch.kind.startsWith("download.") && (
        <>
          <Button size="sm" disabled={busy} onClick={() => run(() => pauseBatch(batch.id))}>
            <Pause size={16} aria-hidden /> {t("uploads.pauseAll")}
          </Button>
          <Button size="sm" disabled={busy} onClick={() => run(() => resumeBatch(batch.id))}>
            <Play size={16} aria-hidden /> {t("uploads.resumeAll")}
          </Button>
        </>
      )}
      {open && (
        <Button size="sm" disabled={busy} onClick={() => run(cancel)}>
          <X size={16} aria-hidden /> {t("jobs.cancelAll")}
        </Button>
      )}
      {batch.failed + batch.cancelled > 0 && (
        <Button size="sm" disabled={busy} onClick={() => run(() => retryBatch(batch.id))}>
          <RotateCw size={16} aria-hidden />
          {t("jobs.retryCount", { count: batch.failed + batch.cancelled })}
        </Button>
      )}
    </>
  );
}
