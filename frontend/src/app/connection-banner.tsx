import { CloudOff, RefreshCw, WifiOff } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { reconnectNow } from "@/app/runtime";
import { useChat, useStore } from "@/app/store";
import { Button } from "@/components/ui/button";
import { waiting } from "@/features/messages/outbox";
import { useNow } from "@/lib/time";

/** A connection that is back sooner than this is not worth a line. */
const PATIENCE_MS = 800;

function useOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener("online", changed);
      window.addEventListener("offline", changed);
      return () => {
        window.removeEventListener("online", changed);
        window.removeEventListener("offline", changed);
      };
    },
    () => navigator.onLine,
  );
}

/** True once the connection has been away for a moment. */
function useAway(): boolean {
  const live = useStore((store) => store.status.name === "live");
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (live) return setAway(false);
    const timer = setTimeout(() => setAway(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [live]);
  return away && !live;
}

/** The truth about the connection, in a line; nothing while all is well. */
export function ConnectionBanner() {
  const away = useAway();
  return <div role="status">{away && <Line />}</div>;
}

function Line() {
  const { t } = useTranslation();
  const status = useStore((store) => store.status);
  const outbox = useChat((chat) => chat.outbox);
  const online = useOnline();
  const now = useNow(500);
  const count = waiting(outbox).length;
  const seconds =
    status.name === "waiting" ? Math.max(1, Math.ceil((status.retryAt - now.getTime()) / 1000)) : 0;
  const stopped = status.name === "stopped";
  const sentence = () => {
    if (stopped)
      return t(
        status.code === 4409
          ? "connection.tooMany"
          : status.code === 4406
            ? "connection.outdated"
            : "connection.stopped",
      );
    if (!online) return t("connection.offline");
    return status.name === "waiting"
      ? t("connection.retryIn", { count: seconds })
      : t("connection.connecting");
  };
  const Icon = stopped ? CloudOff : online ? RefreshCw : WifiOff;
  return (
    <div className="flex min-h-9 items-center justify-center gap-2 bg-warn-soft px-4 py-1 text-sm text-warn-ink">
      <Icon size={16} aria-hidden className="shrink-0" />
      <span className="tabular">
        {sentence()}
        {count > 0 && ` · ${t("connection.messagesWaiting", { count })}`}
      </span>
      {status.name !== "connecting" && (
        <Button
          size="sm"
          look="quiet"
          className="text-warn-ink underline"
          onClick={stopped && status.code === 4406 ? () => location.reload() : reconnectNow}
        >
          {t(stopped && status.code === 4406 ? "connection.reload" : "connection.tryNow")}
        </Button>
      )}
    </div>
  );
}
