import { useTranslation } from "react-i18next";
import { day, useNow } from "@/lib/time";

export function DayDivider({ at }: { at: number }) {
  const { i18n } = useTranslation();
  const now = useNow(60_000);
  return (
    <div className="flex items-center gap-3 px-4 pt-5 pb-1">
      <span className="h-px flex-1 bg-line" />
      <span className="text-xs font-medium text-muted">{day(new Date(at), now, i18n.language)}</span>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}

export function NewDivider() {
  const { t } = useTranslation();
  return (
    <div className="flex items-center gap-2 px-4 pt-3" data-testid="new-divider">
      <span className="h-px flex-1 bg-danger" />
      <span className="text-xs font-semibold text-danger-ink">{t("messages.new")}</span>
    </div>
  );
}

export function DayPill({ at }: { at: number }) {
  const { i18n } = useTranslation();
  const now = useNow(60_000);
  return (
    <div aria-hidden className="pointer-events-none absolute inset-x-0 top-2 z-10 flex justify-center">
      <span className="rounded-full border border-line bg-raised px-3 py-0.5 text-xs font-medium text-muted">
        {day(new Date(at), now, i18n.language)}
      </span>
    </div>
  );
}

/** Where a conversation begins, or my part of it does. */
export function ConversationStart({ title, joinedLater }: { title: string; joinedLater: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="px-4 pt-8 pb-2">
      <p className="text-lg font-semibold">{title}</p>
      <p className="text-sm text-muted">{t(joinedLater ? "messages.startJoined" : "messages.start")}</p>
    </div>
  );
}
