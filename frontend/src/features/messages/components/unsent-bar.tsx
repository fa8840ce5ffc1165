import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import { Button } from "@/components/ui/button";
import { retrySends } from "@/features/messages/api";
import { unsent } from "@/features/messages/outbox";

/** Messages that failed, wherever they were written: sends them all again. Shown from two on; one has its own button. */
export function UnsentBar() {
  const { t } = useTranslation();
  const outbox = useChat((chat) => chat.outbox);
  const failed = unsent(outbox);
  if (failed.length < 2) return null;
  return (
    <div role="status" className="flex items-center gap-3 bg-danger-soft px-4 py-1.5 text-sm text-danger-ink">
      <CircleAlert size={16} aria-hidden className="shrink-0" />
      <span className="min-w-0 flex-1">{t("messages.unsentCount", { count: failed.length })}</span>
      <Button size="sm" look="danger" onClick={() => retrySends(failed.map((entry) => entry.clientId))}>
        {t("messages.sendAllAgain")}
      </Button>
    </div>
  );
}
