import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { cancelUploads, pauseUploads, resumePaused, retryUploads } from "@/features/uploads/api";
import { isStuck, isUnderWay, totals, type Upload } from "@/features/uploads/state";
import { bytes, duration } from "@/lib/format";

const ids = (uploads: readonly Upload[]) => uploads.map((one) => one.id);

/** Speed and time left of all, and what may be done with all. */
export function TraySummary({ uploads }: { uploads: readonly Upload[] }) {
  const { t, i18n } = useTranslation();
  const sum = totals(uploads);
  const moving = uploads.filter((one) => one.state === "waiting" || one.state === "running");
  const paused = uploads.filter((one) => one.state === "paused");
  const failed = uploads.filter((one) => one.state === "failed");
  const open = uploads.filter((one) => isUnderWay(one) || isStuck(one));
  const facts = [
    `${bytes(sum.sent, i18n.language)} / ${bytes(sum.size, i18n.language)}`,
    sum.rate > 0 && t("jobs.perSecond", { amount: bytes(sum.rate, i18n.language) }),
    sum.secondsLeft !== null && t("jobs.left", { time: duration(sum.secondsLeft) }),
  ].filter(Boolean);
  return (
    <>
      <p className="tabular text-xs text-muted">{facts.join(" · ")}</p>
      <div className="-mx-2 flex flex-wrap gap-1 empty:hidden">
        <All uploads={moving} text={t("uploads.pauseAll")} run={pauseUploads} />
        <All uploads={paused} text={t("uploads.resumeAll")} run={resumePaused} />
        <All uploads={failed} text={t("uploads.retryAll")} run={retryUploads} />
        <All uploads={open} text={t("uploads.cancelAll")} run={cancelUploads} />
      </div>
    </>
  );
}

interface AllProps {
  uploads: readonly Upload[];
  text: string;
  run: (ids: readonly string[]) => void;
}

function All({ uploads, text, run }: AllProps) {
  if (uploads.length === 0) return null;
  return (
    <Button size="sm" look="quiet" onClick={() => run(ids(uploads))}>
      {text}
    </Button>
  );
}
