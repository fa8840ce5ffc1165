import { CircleAlert, Clock } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "@/app/store";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { RequestId } from "@/components/ui/states";
import { deleteUnsent, retrySends } from "@/features/messages/api";
import { MessageText } from "@/features/messages/components/message-text";
import type { OutboxEntry } from "@/features/messages/outbox";
import { classes } from "@/lib/classes";
import { useErrorText } from "@/lib/error-text";
import { WarrenError } from "@/lib/errors";

const UnsentFiles = lazy(() => import("@/features/uploads/components/unsent-files"));

interface Props {
  entry: OutboxEntry;
  lead: boolean;
  me: string;
  name: string;
}

/** A message of mine that is not confirmed yet: it has no time, and stays until it is sent or deleted. */
export function UnsentRow({ entry, lead, me, name }: Props) {
  return (
    <div
      className={classes(
        "flex gap-3 px-4 py-0.5",
        lead && "mt-2.5",
        entry.state === "failed" && "bg-danger-soft",
      )}
    >
      <div className="flex w-9 shrink-0 justify-center pt-0.5">{lead && <Avatar id={me} name={name} />}</div>
      <div className="min-w-0 flex-1">
        {lead && <span className="block truncate text-sm font-semibold">{name}</span>}
        <div className={classes(entry.state === "waiting" && "text-muted")}>
          {entry.text !== "" && <MessageText text={entry.text} />}
          <Suspense>{entry.uploads.length > 0 && <UnsentFiles ids={entry.uploads} />}</Suspense>
        </div>
        {entry.state === "failed" ? <Failed entry={entry} /> : <Waiting />}
      </div>
    </div>
  );
}

/** Only for sends that take long enough to be noticed. */
function Waiting() {
  const { t } = useTranslation();
  const live = useStore((store) => store.status.name === "live");
  return (
    <p className="flex items-center gap-1 text-xs text-muted motion-safe:[animation:appear_150ms_ease-out_700ms_both]">
      <Clock size={16} aria-hidden /> {t(live ? "messages.sending" : "messages.waiting")}
    </p>
  );
}

function Failed({ entry }: { entry: OutboxEntry }) {
  const { t } = useTranslation();
  const text = useErrorText();
  const reason = text(new WarrenError(entry.error?.code ?? "internal", ""));
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 py-1 text-xs text-danger-ink">
      <CircleAlert size={16} aria-hidden />
      <span>
        {t("messages.notSent")} {reason}
      </span>
      <Button size="sm" look="danger" onClick={() => retrySends([entry.clientId])}>
        {t("messages.sendAgain")}
      </Button>
      <Button size="sm" look="quiet" onClick={() => deleteUnsent(entry.clientId)}>
        {t("messages.delete")}
      </Button>
      {entry.error?.requestId && <RequestId id={entry.error.requestId} />}
    </div>
  );
}
