import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import type { Conversation } from "@/lib/frames";

/** A person's display name; an ellipsis for the moment until it is known. */
export function useNameOf(): (id: string) => string {
  const people = useChat((chat) => chat.people);
  return useCallback((id: string) => people[id]?.display_name ?? "…", [people]);
}

/** A group's title; for a direct conversation the other one's name. */
export function useTitleOf(): (conversation: Conversation) => string {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  const me = useChat((chat) => chat.me?.id);
  return useCallback(
    (conversation: Conversation) => {
      if (conversation.kind === "group") return conversation.title ?? t("conversations.untitled");
      return nameOf(conversation.member_ids.find((id) => id !== me) ?? conversation.member_ids[0] ?? "");
    },
    [nameOf, me, t],
  );
}

/** Whose picture stands for a conversation. */
export const faceOf = (conversation: Conversation, me: string): string =>
  conversation.kind === "group"
    ? conversation.id
    : (conversation.member_ids.find((id) => id !== me) ?? conversation.id);
