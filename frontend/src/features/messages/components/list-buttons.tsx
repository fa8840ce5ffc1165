import { ArrowDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import type { Paging } from "@/features/messages/components/use-paging";

/** Where a page of messages could not be loaded: asks for it again. */
export function RetryPage({ paging }: { paging: Paging }) {
  const { t } = useTranslation();
  if (!paging.failed) return null;
  return (
    <div className="absolute inset-x-0 top-12 flex justify-center">
      <Button size="sm" onClick={paging.retry}>
        {t(paging.failed.end === "before" ? "messages.retryOlder" : "messages.retryNewer")}
      </Button>
    </div>
  );
}

export function LatestButton({ unread, onClick }: { unread: number; onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      onClick={onClick}
      className="absolute right-4 bottom-3 z-10 inline-flex h-8 items-center gap-1.5 rounded-full border border-line bg-raised px-3 text-xs font-medium text-ink shadow-over hover:bg-hover"
    >
      <ArrowDown size={16} aria-hidden />
      {unread > 0 ? t("messages.toNew", { count: unread }) : t("messages.toLatest")}
    </button>
  );
}
