import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import { totalUnread } from "@/features/conversations/state";
import { useTitleOf } from "@/features/people/names";

/** "(3) Ada · Warren": what is unread, and where one is. */
export function usePageTitle(currentId: string | null): void {
  const { t } = useTranslation();
  const titleOf = useTitleOf();
  const unread = useChat((chat) => totalUnread(chat.conversations));
  const conversation = useChat((chat) => (currentId ? chat.conversations.byId[currentId] : undefined));
  useEffect(() => {
    const place = conversation ? `${titleOf(conversation)} · ` : "";
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${place}${t("app.name")}`;
    return () => {
      document.title = t("app.name");
    };
  }, [unread, conversation, titleOf, t]);
}
