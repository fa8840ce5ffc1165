import { ChevronDown, X } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import { IconButton } from "@/components/ui/button";
import { ProgressBar } from "@/components/ui/progress";
import { clearUploads } from "@/features/uploads/api";
import { Ring } from "@/features/uploads/components/ring";
import { TrayRow } from "@/features/uploads/components/tray-row";
import { TraySummary } from "@/features/uploads/components/tray-summary";
import {
  attachedTo,
  isStuck,
  isUnderWay,
  listed,
  percentOf,
  totals,
  type Upload,
} from "@/features/uploads/state";
import { classes } from "@/lib/classes";
import { useWide } from "@/lib/use-wide";

/** Uploads that the tray lists; of thousands the first that are not over. */
const MOST_SHOWN = 50;
/** Everything is there: said for a moment, then the tray goes. */
const OVER_MS = 4000;

/** What is attached in the conversation that is open has its chips in the compose box. */
const elsewhere = (uploads: readonly Upload[], conversationId: string | null): Upload[] =>
  uploads.filter(({ purpose }) => purpose.kind !== "attach" || purpose.conversationId !== conversationId);

const rank = (one: Upload) => (isStuck(one) ? 0 : one.state === "running" ? 1 : isUnderWay(one) ? 2 : 3);

/** What is on its way to the server, over the page's lower right corner; small when it is not wanted. */
export function UploadTray({ conversationId }: { conversationId: string | null }) {
  const state = useChat((chat) => chat.uploads);
  const uploads = useMemo(() => elsewhere(listed(state), conversationId), [state, conversationId]);
  const busy = uploads.some((one) => isUnderWay(one) || isStuck(one));
  const wide = useWide(640);
  const [open, setOpen] = useState<boolean | null>(null);
  const [shown, setShown] = useState(busy);
  useEffect(() => {
    if (busy) return setShown(true);
    const timer = setTimeout(() => {
      setShown(false);
      setOpen(null);
      if (uploads.length > 0) clearUploads();
    }, OVER_MS);
    return () => clearTimeout(timer);
  }, [busy, uploads.length]);
  if (!shown || uploads.length === 0) return null;
  const wanted = open ?? wide;
  return (
    <div
      className={classes(
        "fixed right-3 z-30 max-w-[calc(100vw-24px)] sm:right-4",
        attachedTo(state, conversationId ?? "").length > 0 ? "bottom-64" : "bottom-22",
      )}
    >
      {wanted ? (
        <Panel uploads={uploads} busy={busy} onCollapse={() => setOpen(false)} />
      ) : (
        <Ring
          percent={percentOf(totals(uploads))}
          failed={uploads.some(isStuck)}
          onClick={() => setOpen(true)}
        />
      )}
    </div>
  );
}

interface PanelProps {
  uploads: readonly Upload[];
  busy: boolean;
  onCollapse: () => void;
}

function Panel({ uploads, busy, onCollapse }: PanelProps) {
  const { t } = useTranslation();
  const sum = totals(uploads);
  const first = [...uploads].sort((one, other) => rank(one) - rank(other)).slice(0, MOST_SHOWN);
  return (
    <section
      aria-label={t("uploads.tray")}
      className="flex max-h-[50dvh] w-88 max-w-full flex-col overflow-hidden rounded-md border border-line bg-raised shadow-over"
    >
      <header className="flex flex-col gap-2 border-b border-line px-3 py-2">
        <div className="flex items-center gap-1">
          <h2 role="status" className="tabular min-w-0 flex-1 truncate text-sm font-semibold">
            {t("uploads.count", { done: sum.finished, count: sum.count })}
          </h2>
          <IconButton label={t("uploads.collapse")} onClick={onCollapse} className="size-7">
            {busy ? <ChevronDown size={16} /> : <X size={16} />}
          </IconButton>
        </div>
        <ProgressBar percent={percentOf(sum)} label={t("uploads.tray")} />
        <TraySummary uploads={uploads} />
      </header>
      <ul className="min-h-0 overflow-y-auto">
        {first.map((one) => (
          <TrayRow key={one.id} upload={one} />
        ))}
      </ul>
      {uploads.length > first.length && (
        <p className="border-t border-line px-3 py-1.5 text-xs text-muted">
          {t("uploads.more", { count: uploads.length - first.length })}
        </p>
      )}
    </section>
  );
}
