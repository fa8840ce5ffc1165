import { useTranslation } from "react-i18next";
import { useChat, useMe } from "@/app/store";
import { useToast } from "@/app/toast";
import { Button } from "@/components/ui/button";
import { cancelJob, each, retryJob } from "@/features/jobs/api";
import { currentStep, stepsOf } from "@/features/jobs/chain";
import { isOver, type JobsState } from "@/features/jobs/state";
import { useErrorText } from "@/lib/error-text";
import type { Job } from "@/lib/frames";

interface Props {
  jobs: readonly Job[];
  selected: readonly Job[];
  onAll: () => void;
  onNone: () => void;
}

/** For so long it can be taken back; the server hears of it only then. */
const UNDO_MS = 5000;

/** What may be done with the chosen jobs, each of which counts only those it applies to. */
export function SelectionBar({ jobs, selected, onAll, onNone }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const later = useLater(onNone);
  const state = useChat((chat) => chat.jobs);
  const mine = selected.filter((job) => job.owner_id === me).map((job) => standing(state, job));
  const open = mine.filter((job) => !isOver(job)).map((job) => job.id);
  const again = mine
    .filter((job) => job.state === "failed" || job.state === "cancelled")
    .map((job) => job.id);
  if (jobs.length === 0) return null;
  return (
    <fieldset className="flex min-h-9 flex-wrap items-center gap-2 px-3 pb-2" aria-label={t("jobs.chosen")}>
      <Button size="sm" look="quiet" onClick={selected.length < jobs.length ? onAll : onNone}>
        {t(selected.length < jobs.length ? "jobs.chooseAll" : "jobs.chooseNone")}
      </Button>
      <span role="status" className="tabular flex-1 text-xs text-muted">
        {selected.length > 0 && t("jobs.chosenCount", { count: selected.length })}
      </span>
      {open.length > 0 && (
        <Button
          size="sm"
          onClick={() => later(t("jobs.cancelling", { count: open.length }), open, cancelJob)}
        >
          {t("jobs.cancelCount", { count: open.length })}
        </Button>
      )}
      {again.length > 0 && (
        <Button size="sm" onClick={() => later(t("jobs.retrying", { count: again.length }), again, retryJob)}>
          {t("jobs.retryCount", { count: again.length })}
        </Button>
      )}
    </fieldset>
  );
}

/** What is done with a chain is done with the step where it is, and with those behind it. */
const standing = (state: JobsState, job: Job): Job =>
  (job.chain_id === job.id ? currentStep(stepsOf(state, job.id)) : undefined) ?? job;

/** Does something to many jobs when the time to take it back is over. */
function useLater(onDecided: () => void) {
  const { t } = useTranslation();
  const toast = useToast();
  const text = useErrorText();
  return (sentence: string, ids: string[], work: (id: string) => Promise<void>) => {
    onDecided();
    toast(sentence, {
      action: t("common.undo"),
      ms: UNDO_MS,
      otherwise: () => void each(ids, work).catch((error: unknown) => toast(text(error))),
    });
  };
}
