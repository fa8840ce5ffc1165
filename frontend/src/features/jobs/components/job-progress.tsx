import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import { ProgressBar } from "@/components/ui/progress";
import { progressOf } from "@/features/jobs/state";
import { bytes, count, duration, percent } from "@/lib/format";
import type { Job, JobProgress } from "@/lib/frames";
import { useNow } from "@/lib/time";
import { useTold } from "@/lib/told";

/** The bar of a job that runs, and beside it what is known: per cent, rate, time left. */
export function RunningBar({ job }: { job: Job }) {
  const { i18n, t } = useTranslation();
  const progress = useChat((chat) => progressOf(chat.jobs, job));
  const part = progress?.percent ?? null;
  return (
    <div className="flex flex-col gap-1">
      <ProgressBar percent={part} label={job.subject} />
      <p className="tabular flex flex-wrap gap-x-2 text-xs text-muted">
        {part !== null && <span className="w-10">{percent(part, i18n.language)}</span>}
        <Facts progress={progress} />
        {part === null && <span>{t("jobs.working")}</span>}
      </p>
    </div>
  );
}

function Facts({ progress }: { progress: JobProgress | null }) {
  const { i18n, t } = useTranslation();
  const told = useTold();
  if (!progress) return null;
  const { rate, unit, seconds_left, note } = progress;
  const size = (value: number) => amount(value, unit ?? null, i18n.language);
  const far = farOf(progress, size, t);
  const speed = rate ? t("jobs.perSecond", { amount: size(rate) }) : "";
  const left = seconds_left ? t("jobs.left", { time: duration(seconds_left) }) : "";
  return (
    <>
      {note && <span className="truncate">{told(note)}</span>}
      {far && <span>{far}</span>}
      {speed && <span>{speed}</span>}
      {left && <span>{left}</span>}
    </>
  );
}

/** "12 MB of 80 MB", "120,000 rows": how far, where people care for it. */
function farOf({ done, total, unit }: JobProgress, size: (value: number) => string, t: TFunction): string {
  if (done == null || (unit !== "bytes" && unit !== "rows")) return "";
  const far = total ? t("downloads.of", { done: size(done), total: size(total) }) : size(done);
  return unit === "rows" ? t("downloads.rows", { rows: far }) : far;
}

const amount = (rate: number, unit: string | null, language: string): string =>
  unit === "bytes" ? bytes(rate, language) : count(Math.round(rate), language);

/** When the next attempt of a job that failed once begins. */
export function RetryCountdown({ at }: { at: string | null }) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const seconds = at ? (Date.parse(at) - now.getTime()) / 1000 : 0;
  return (
    <>{seconds > 0 ? t("jobs.nextAttemptIn", { time: duration(seconds) }) : t("jobs.nextAttemptSoon")}</>
  );
}
