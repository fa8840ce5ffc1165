import { CornerUpLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSummary } from "@/features/messages/components/use-summary";
import { useNameOf } from "@/features/people/names";
import type { Message } from "@/lib/frames";

interface Props {
  /** Undefined while the message lies outside of what is loaded. */
  message: Message | undefined;
  onGo: (seq: number) => void;
}

/** The message that is replied to, in a line; a click leads there. */
export function Quote({ message, onGo }: Props) {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  const summary = useSummary();
  if (!message) {
    return (
      <p className="flex items-center gap-1.5 text-xs text-muted">
        <CornerUpLeft size={16} aria-hidden /> {t("messages.replyToEarlier")}
      </p>
    );
  }
  return (
    <button
      type="button"
      onClick={() => onGo(message.seq)}
      className="flex min-h-6 max-w-full items-center gap-1.5 rounded-sm text-left text-xs text-muted hover:text-ink"
    >
      <CornerUpLeft size={16} aria-hidden className="shrink-0" />
      <span className="shrink-0 font-medium">{nameOf(message.sender_id)}</span>
      <span className="truncate">{summary(message)}</span>
    </button>
  );
}
