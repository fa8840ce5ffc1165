import { ArrowLeft, Info } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useChat } from "@/app/store";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/button";
import { faceOf } from "@/features/people/names";
import type { Conversation } from "@/lib/frames";

interface Props {
  conversation: Conversation;
  title: string;
  me: string;
  open: boolean;
  onDetails: () => void;
}

export function ConversationHeader({ conversation, title, me, open, onDetails }: Props) {
  const { t } = useTranslation();
  const people = useChat((chat) => chat.people);
  const face = faceOf(conversation, me);
  const group = conversation.kind === "group";
  const username = people[face]?.username;
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-2 sm:px-4">
      <Link
        href="/"
        aria-label={t("conversation.toList")}
        className="inline-flex size-9 items-center justify-center rounded-sm text-muted hover:bg-hover sm:hidden"
      >
        <ArrowLeft size={20} />
      </Link>
      <Avatar id={face} name={title} group={group} />
      <div className="min-w-0 flex-1 pl-1">
        <h2 className="truncate text-base leading-5 font-semibold">{title}</h2>
        <p className="truncate text-xs text-muted">
          {group
            ? t("conversation.memberCount", { count: conversation.member_count })
            : username && `@${username}`}
        </p>
      </div>
      <IconButton label={t("conversation.details")} aria-expanded={open} onClick={onDetails}>
        <Info size={20} />
      </IconButton>
    </header>
  );
}
