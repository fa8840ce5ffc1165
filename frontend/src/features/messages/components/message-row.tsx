import { Link2, Reply } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/button";
import { MessageBody } from "@/features/messages/components/message-body";
import { Quote } from "@/features/messages/components/quote";
import { classes } from "@/lib/classes";
import type { Message } from "@/lib/frames";
import { clock, exact, shortClock } from "@/lib/time";

export interface MessageActions {
  reply: (message: Message) => void;
  copyLink: (message: Message) => void;
  go: (seq: number) => void;
}

interface Props {
  message: Message;
  lead: boolean;
  name: string;
  /** The message replied to; null where this is no reply, undefined where it is not loaded. */
  quoted: Message | null | undefined;
  marked: boolean;
  /** The row that the keyboard is on: its buttons are in the order of Tab. */
  current: boolean;
  actions: MessageActions;
}

export const MessageRow = memo(function MessageRow({
  message,
  lead,
  name,
  quoted,
  marked,
  current,
  actions,
}: Props) {
  const { i18n } = useTranslation();
  const date = new Date(message.created_at);
  const time = (text: string) => (
    <time
      dateTime={message.created_at}
      title={exact(date, i18n.language)}
      className="tabular text-xs text-faint"
    >
      {text}
    </time>
  );
  return (
    <div
      className={classes(
        "group/row relative flex gap-3 px-4 py-0.5 hover:bg-panel",
        lead && "mt-2.5",
        marked && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <div className="flex w-9 shrink-0 justify-center pt-0.5">
        {lead ? (
          <Avatar id={message.sender_id} name={name} />
        ) : (
          <span className="absolute left-0 w-12 pt-px text-right whitespace-nowrap opacity-0 group-hover/row:opacity-100 in-focus:opacity-100">
            {time(shortClock(date, i18n.language))}
          </span>
        )}
      </div>
      <div className="min-w-0 flex-1">
        {lead && (
          <div className="flex items-baseline gap-2">
            <span className="truncate text-sm font-semibold">{name}</span>
            {time(clock(date, i18n.language))}
          </div>
        )}
        {quoted !== null && <Quote message={quoted} onGo={actions.go} />}
        <MessageBody message={message} tabIndex={current ? 0 : -1} />
      </div>
      <RowActions message={message} current={current} actions={actions} />
    </div>
  );
});

function RowActions({ message, current, actions }: Pick<Props, "message" | "current" | "actions">) {
  const { t } = useTranslation();
  const tabIndex = current ? 0 : -1;
  return (
    <div className="absolute -top-3 right-3 flex rounded-sm border border-line bg-raised pointer-events-none opacity-0 group-focus-within/row:pointer-events-auto group-focus-within/row:opacity-100 group-hover/row:pointer-events-auto group-hover/row:opacity-100 in-focus:pointer-events-auto in-focus:opacity-100">
      <IconButton label={t("messages.reply")} tabIndex={tabIndex} onClick={() => actions.reply(message)}>
        <Reply size={16} />
      </IconButton>
      <IconButton
        label={t("messages.copyLink")}
        tabIndex={tabIndex}
        onClick={() => actions.copyLink(message)}
      >
        <Link2 size={16} />
      </IconButton>
    </div>
  );
}
