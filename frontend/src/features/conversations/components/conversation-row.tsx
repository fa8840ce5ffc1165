import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Avatar } from "@/components/ui/avatar";
import { Ago } from "@/components/ui/time-text";
import { useSummary } from "@/features/messages/components/use-summary";
import { classes } from "@/lib/classes";
import type { Conversation } from "@/lib/frames";

interface Props {
  conversation: Conversation;
  title: string;
  /** Id from which the picture's color comes. */
  face: string;
  /** Name before the last message; null where none is needed. */
  lastFrom: string | null;
  active: boolean;
  draft: boolean;
}

export const ConversationRow = memo(function ConversationRow(props: Props) {
  const { conversation, title, face, lastFrom, active, draft } = props;
  const { t } = useTranslation();
  const summary = useSummary();
  const { unread, last_message: last } = conversation;
  const lastLine = (text: string) =>
    lastFrom ? t("conversations.lastFrom", { name: lastFrom, text }) : text;
  return (
    <Link
      href={`/c/${conversation.id}`}
      aria-current={active ? "page" : undefined}
      className={classes(
        "flex items-center gap-3 rounded-sm px-2 py-2 focus-visible:-outline-offset-2",
        active ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <Avatar id={face} name={title} group={conversation.kind === "group"} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span
            className={classes("min-w-0 flex-1 truncate text-sm", unread > 0 ? "font-bold" : "font-medium")}
          >
            {title}
          </span>
          <Ago at={conversation.active_at} className="shrink-0 text-xs text-muted" />
        </span>
        <span className="flex items-center gap-2">
          <span
            className={classes("min-w-0 flex-1 truncate text-xs", unread > 0 ? "text-ink" : "text-muted")}
          >
            {draft && <span className="font-medium text-danger-ink">{t("conversations.draft")} </span>}
            {last ? lastLine(summary(last)) : t("conversations.noMessages")}
          </span>
          {unread > 0 && <Badge count={unread} />}
        </span>
      </span>
    </Link>
  );
});

function Badge({ count }: { count: number }) {
  const { t } = useTranslation();
  return (
    <span className="tabular inline-flex h-5 min-w-5 shrink-0 items-center justify-center rounded-full bg-accent px-1.5 text-xs font-semibold text-on-accent">
      <span aria-hidden>{count > 99 ? "99+" : count}</span>
      <span className="sr-only">{t("conversations.unreadCount", { count })}</span>
    </span>
  );
}
