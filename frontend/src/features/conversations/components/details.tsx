import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useChat, useMe } from "@/app/store";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/button";
import { Sheet } from "@/components/ui/dialog";
import { GroupDetails } from "@/features/conversations/components/group-details";
import { faceOf } from "@/features/people/names";
import type { Conversation } from "@/lib/frames";
import { exact } from "@/lib/time";

interface Props {
  conversation: Conversation;
  title: string;
  /** Over the conversation, on windows too narrow for a fourth column. */
  asSheet: boolean;
  onClose: () => void;
}

export default function Details({ conversation, title, asSheet, onClose }: Props) {
  const { t } = useTranslation();
  const content =
    conversation.kind === "group" ? (
      <GroupDetails conversation={conversation} title={title} onLeft={onClose} />
    ) : (
      <DirectDetails conversation={conversation} title={title} />
    );
  if (asSheet) {
    return (
      <Sheet title={t("conversation.details")} onClose={onClose}>
        {content}
      </Sheet>
    );
  }
  return (
    <aside
      aria-label={t("conversation.details")}
      className="flex w-72 shrink-0 flex-col border-l border-line bg-panel"
    >
      <header className="flex h-14 shrink-0 items-center border-b border-line px-4">
        <h2 className="flex-1 text-base font-semibold">{t("conversation.details")}</h2>
        <IconButton label={t("common.close")} onClick={onClose}>
          <X size={20} />
        </IconButton>
      </header>
      {content}
    </aside>
  );
}

function DirectDetails({ conversation, title }: { conversation: Conversation; title: string }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const id = faceOf(conversation, me);
  const user = useChat((chat) => chat.people[id]);
  return (
    <div className="flex flex-col items-center gap-2 p-6 text-center">
      <Avatar id={id} name={title} size={56} />
      <p className="text-lg font-semibold">{title}</p>
      {user && <p className="text-sm text-muted">@{user.username}</p>}
      {user && !user.active && <p className="text-sm text-danger-ink">{t("people.disabled")}</p>}
      <p className="pt-2 text-xs text-muted">
        {t("conversation.since", { date: exact(new Date(conversation.created_at), i18n.language) })}
      </p>
    </div>
  );
}
