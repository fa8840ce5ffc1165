import { CornerUpLeft, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/button";
import { useSummary } from "@/features/messages/components/use-summary";
import { useNameOf } from "@/features/people/names";
import type { Message } from "@/lib/frames";

/** The message that is being replied to, above the compose box. */
export function ReplyBar({ message, onCancel }: { message: Message; onCancel: () => void }) {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  const summary = useSummary();
  return (
    <div className="mb-2 flex items-center gap-2 rounded-sm bg-panel py-1 pr-1 pl-3 text-xs text-muted">
      <CornerUpLeft size={16} aria-hidden className="shrink-0" />
      <span className="shrink-0">{t("composer.replyTo", { name: nameOf(message.sender_id) })}</span>
      <span className="min-w-0 flex-1 truncate">{summary(message)}</span>
      <IconButton label={t("composer.cancelReply")} onClick={onCancel} className="size-6">
        <X size={16} />
      </IconButton>
    </div>
  );
}
