import { useTranslation } from "react-i18next";
import { Skeleton } from "@/components/ui/states";
import { useFailureText } from "@/features/jobs/components/use-failure-text";
import { duration } from "@/lib/format";
import type { TimelineEntry } from "@/lib/frames";
import { clock, exact } from "@/lib/time";
import { useTold } from "@/lib/told";

/** Of the first entry: its state says the same. */
const FIRST_NOTE = "created";

/** What happened to the job, oldest first, with the time that lay between. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] | null }) {
  if (!entries) return <Skeleton rows={3} avatar={false} />;
  return (
    <ol className="flex flex-col">
      {entries.map((entry, index) => (
        <Entry key={`${entry.at}:${index}`} entry={entry} before={entries[index - 1]} />
      ))}
    </ol>
  );
}

function Entry({ entry, before }: { entry: TimelineEntry; before: TimelineEntry | undefined }) {
  const { t, i18n } = useTranslation();
  const told = useTold();
  const failureText = useFailureText();
  const date = new Date(entry.at);
  const waited = before ? (date.getTime() - Date.parse(before.at)) / 1000 : 0;
  const details = [
    entry.attempt > 0 && t("jobs.attemptNumber", { attempt: entry.attempt }),
    entry.worker,
    entry.note !== FIRST_NOTE && told(entry.note),
  ].filter(Boolean);
  return (
    <li className="flex gap-3 border-l border-line-strong pb-3 pl-4 last:pb-0">
      <time
        dateTime={entry.at}
        title={exact(date, i18n.language)}
        className="tabular w-20 shrink-0 text-xs leading-5 text-muted"
      >
        {clock(date, i18n.language)}
      </time>
      <div className="min-w-0 flex-1 text-sm">
        <p className="font-medium">
          {t(`jobs.states.${entry.state}`)}
          {waited >= 1 && (
            <span className="tabular font-normal text-muted">
              {" "}
              {t("jobs.after", { time: duration(waited) })}
            </span>
          )}
        </p>
        {details.length > 0 && <p className="text-xs wrap-anywhere text-muted">{details.join(" · ")}</p>}
        {entry.error && (
          <p className="text-xs wrap-anywhere text-danger-ink">
            {failureText(entry.error)} <code>{entry.error.code}</code>
          </p>
        )}
      </div>
    </li>
  );
}
