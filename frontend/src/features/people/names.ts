import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import type { Conversation } from "@/lib/frames";

/** A person's display name; an ellipsis for the moment until it is known. */
export function useNameOf(): (id: string) => string {
  const people = useChat((chat) => chat.people);
  return useCallback((id: string) => people[id]?.display_name ?? "…", [people]);
}

/** Names that stand for a group without a title. */
const SHOWN_NAMES = 3;

/** A group's title, or its members' names; for a direct conversation the other one's name. */
export function useTitleOf(): (conversation: Conversation) => string {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  const me = useChat((chat) => chat.me?.id);
  return useCallback(
    (conversation: Conversation) => {
      if (conversation.title) return conversation.title;
      const others = conversation.member_ids.filter((id) => id !== me);
      if (conversation.kind === "direct") return nameOf(others[0] ?? conversation.member_ids[0] ?? "");
      return others.slice(0, SHOWN_NAMES).map(nameOf).join(", ") || t("conversations.untitled");
    },
    [nameOf, me, t],
  );
}

/** Whose picture stands for a conversation. */
export const faceOf = (conversation: Conversation, me: string): string =>
  conversation.kind === "group"
    ? conversation.id
    : (conversation.member_ids.find((id) => id !== me) ?? conversation.id);
