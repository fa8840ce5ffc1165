import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useChat, useMe } from "@/app/store";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/button";
import { Sheet } from "@/components/ui/dialog";
import { Tabs } from "@/components/ui/tabs";
import { GroupDetails } from "@/features/conversations/components/group-details";
import { ConversationFiles } from "@/features/files/components/conversation-files";
import { ConversationJobs } from "@/features/jobs/components/conversation-jobs";
import { faceOf } from "@/features/people/names";
import type { Conversation } from "@/lib/frames";
import { exact } from "@/lib/time";

const TABS = ["about", "files", "jobs"] as const;
type Tab = (typeof TABS)[number];

interface Props {
  conversation: Conversation;
  title: string;
  /** Over the conversation, on windows too narrow for a fourth column. */
  asSheet: boolean;
  onClose: () => void;
}

export default function Details({ conversation, title, asSheet, onClose }: Props) {
  const { t } = useTranslation();
  const [tab, setTab] = useState<Tab>("about");
  const content = (
    <Tabs
      label={t("conversation.details")}
      tabs={TABS.map((one) => [one, t(`conversationParts.${one}`)] as const)}
      current={tab}
      onChange={setTab}
    >
      <Part tab={tab} conversation={conversation} title={title} onClose={onClose} />
    </Tabs>
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

interface PartProps extends Omit<Props, "asSheet"> {
  tab: Tab;
}

function Part({ tab, conversation, title, onClose }: PartProps) {
  if (tab === "files") return <ConversationFiles conversation={conversation} />;
  if (tab === "jobs") return <ConversationJobs conversationId={conversation.id} />;
  return conversation.kind === "group" ? (
    <GroupDetails conversation={conversation} title={title} onLeft={onClose} />
  ) : (
    <DirectDetails conversation={conversation} title={title} />
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
