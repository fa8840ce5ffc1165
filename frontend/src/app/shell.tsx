import { MessagesSquare } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useRoute } from "wouter";
import { ConnectionBanner } from "@/app/connection-banner";
import { getChat, useChat } from "@/app/store";
import { Toast } from "@/app/toast";
import { Avatar } from "@/components/ui/avatar";
import { Logo } from "@/components/ui/logo";
import { EmptyState, Skeleton } from "@/components/ui/states";
import { ConversationList } from "@/features/conversations/components/conversation-list";
import { ConversationPage } from "@/features/conversations/components/conversation-page";
import { nextUnread, totalUnread } from "@/features/conversations/state";
import { UnsentBar } from "@/features/messages/components/unsent-bar";
import { useTitleOf } from "@/features/people/names";
import { classes } from "@/lib/classes";
import { useShortcut } from "@/lib/shortcuts";

const loadPalette = () => import("@/app/palette");
const Palette = lazy(loadPalette);
const ShortcutSheet = lazy(() => import("@/app/shortcut-sheet"));
const SettingsPage = lazy(() => import("@/features/settings/components/settings-page"));

/** After the first load, which the page's own start is not to share the line with. */
const PREFETCH_MS = 1500;

type Overlay = "palette" | "sheet" | null;

/** The frame of UI.md: rail, list, main (which opens the details beside itself). */
export default function Shell() {
  const [, navigate] = useLocation();
  const [inConversation, params] = useRoute("/c/:id");
  const [inSettings] = useRoute("/settings");
  const [overlay, setOverlay] = useState<Overlay>(null);
  const currentId = inConversation ? params.id : null;
  const somewhere = currentId !== null || inSettings;
  usePageTitle(currentId);
  useEffect(() => {
    // Whoever presses its keys types on at once: it must not have to be fetched first.
    const timer = setTimeout(() => void loadPalette().catch(() => undefined), PREFETCH_MS);
    return () => clearTimeout(timer);
  }, []);
  useShortcut("palette", () => setOverlay("palette"));
  useShortcut("sheet", () => setOverlay("sheet"));
  useShortcut("nextUnread", () => {
    const next = nextUnread(getChat().conversations, currentId);
    if (next) navigate(`/c/${next}`);
  });
  useShortcut("close", () => (document.activeElement as HTMLElement | null)?.blur());
  return (
    <div className="flex h-dvh flex-col">
      <ConnectionBanner />
      <UnsentBar />
      <div className="flex min-h-0 flex-1 flex-col-reverse sm:flex-row">
        <Rail hidden={currentId !== null} inSettings={inSettings} />
        <div
          className={classes(
            "min-h-0 flex-1 sm:block sm:w-72 sm:flex-none sm:border-r sm:border-line",
            somewhere && "hidden",
          )}
        >
          <ConversationList currentId={currentId} />
        </div>
        <main className={classes("min-h-0 min-w-0 flex-1 sm:block", !somewhere && "hidden")}>
          <Main currentId={currentId} inSettings={inSettings} />
        </main>
      </div>
      <Toast />
      <Suspense>
        {overlay === "palette" && (
          <Palette onClose={() => setOverlay(null)} onSheet={() => setOverlay("sheet")} />
        )}
        {overlay === "sheet" && <ShortcutSheet onClose={() => setOverlay(null)} />}
      </Suspense>
    </div>
  );
}

function Main({ currentId, inSettings }: { currentId: string | null; inSettings: boolean }) {
  const { t } = useTranslation();
  const some = useChat((chat) => Object.keys(chat.conversations.byId).length > 0);
  if (currentId !== null) return <ConversationPage id={currentId} />;
  if (inSettings) {
    return (
      <Suspense fallback={<Skeleton rows={6} avatar={false} />}>
        <SettingsPage />
      </Suspense>
    );
  }
  return (
    <div className="flex h-full">
      <EmptyState
        icon={<MessagesSquare size={20} />}
        sentence={t(some ? "conversation.choose" : "conversation.none")}
      />
    </div>
  );
}

/** On phones at the bottom, and not beside an open conversation. */
function Rail({ hidden, inSettings }: { hidden: boolean; inSettings: boolean }) {
  const { t } = useTranslation();
  const me = useChat((chat) => chat.me);
  const unread = useChat((chat) => totalUnread(chat.conversations));
  return (
    <nav
      aria-label={t("rail.label")}
      className={classes(
        "flex shrink-0 items-center justify-around bg-rail py-1 pb-[max(4px,env(safe-area-inset-bottom))] text-rail-ink sm:w-16 sm:flex-col sm:justify-start sm:gap-2 sm:py-3",
        hidden && "hidden sm:flex",
      )}
    >
      <span className="hidden pb-2 sm:block">
        <Logo size={36} />
      </span>
      <RailLink href="/" label={t("rail.chat")} active={!inSettings} badge={unread}>
        <MessagesSquare size={20} aria-hidden />
      </RailLink>
      <span className="hidden flex-1 sm:block" />
      <RailLink href="/settings" label={t("rail.me")} active={inSettings}>
        <Avatar id={me?.id ?? ""} name={me?.display_name ?? ""} size={28} />
      </RailLink>
    </nav>
  );
}

interface RailLinkProps {
  href: string;
  label: string;
  active: boolean;
  badge?: number;
  children: ReactNode;
}

function RailLink({ href, label, active, badge = 0, children }: RailLinkProps) {
  return (
    <Link
      href={href}
      aria-current={active ? "page" : undefined}
      className={classes(
        "relative flex h-12 w-20 flex-col items-center justify-center gap-0.5 rounded-md text-xs font-medium sm:w-12",
        active ? "bg-rail-active text-white" : "hover:bg-rail-active",
      )}
    >
      {children}
      {label}
      {badge > 0 && (
        <span aria-hidden className="absolute top-1 right-5 size-2 rounded-full bg-[#7fe0d6] sm:right-2" />
      )}
    </Link>
  );
}

/** "(3) Ada · Warren": what is unread, and where one is. */
function usePageTitle(currentId: string | null): void {
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
