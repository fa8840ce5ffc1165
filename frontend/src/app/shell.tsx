import { MessagesSquare } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useRoute } from "wouter";
import { ConnectionBanner } from "@/app/connection-banner";
import { usePageTitle } from "@/app/page-title";
import { type Place, Rail } from "@/app/rail";
import { getChat, useChat } from "@/app/store";
import { Toast } from "@/app/toast";
import { EmptyState, Skeleton } from "@/components/ui/states";
import { ConversationList } from "@/features/conversations/components/conversation-list";
import { ConversationPage } from "@/features/conversations/components/conversation-page";
import { nextUnread } from "@/features/conversations/state";
import { UnsentBar } from "@/features/messages/components/unsent-bar";
import { classes } from "@/lib/classes";
import { withWords } from "@/lib/i18n";
import { useShortcut } from "@/lib/shortcuts";

const loadPalette = () => import("@/app/palette");
const Palette = lazy(loadPalette);
const ShortcutSheet = lazy(() => import("@/app/shortcut-sheet"));
const JobsPage = lazy(() => withWords(import("@/features/jobs/components/jobs-page")));
const DataPage = lazy(() => withWords(import("@/features/datasets/components/data-page")));
const loadUploads = () => withWords(import("@/features/uploads/components/uploads-host"));
const UploadsHost = lazy(loadUploads);
const SettingsPage = lazy(() => import("@/features/settings/components/settings-page"));

/** After the first load, which the page's own start is not to share the line with. */
const PREFETCH_MS = 1500;

type Overlay = "palette" | "sheet" | null;

/** The frame of UI.md: rail, list, main (which opens the details beside itself). */
export default function Shell() {
  const [, navigate] = useLocation();
  const [inConversation, params] = useRoute("/c/:id");
  const [inSettings] = useRoute("/settings");
  const [inJobs] = useRoute("/jobs/:rest?");
  const [inDatasets] = useRoute("/data/:rest?");
  const [inDownloads] = useRoute("/downloads");
  const [overlay, setOverlay] = useState<Overlay>(null);
  const currentId = inConversation ? params.id : null;
  const inData = inDatasets || inDownloads;
  const place: Place = inSettings ? "settings" : inJobs ? "jobs" : inData ? "data" : "chat";
  const somewhere = currentId !== null || place !== "chat";
  const ready = useReady();
  usePageTitle(currentId);
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
        <Rail hidden={currentId !== null} place={place} />
        <div
          className={classes(
            "min-h-0 flex-1 sm:w-72 sm:flex-none sm:border-r sm:border-line",
            somewhere && "hidden",
            place !== "jobs" && place !== "data" && "sm:block",
          )}
        >
          <ConversationList currentId={currentId} />
        </div>
        <main className={classes("min-h-0 min-w-0 flex-1 sm:block", !somewhere && "hidden")}>
          <Main currentId={currentId} place={place} />
        </main>
      </div>
      <Toast />
      <Suspense>
        {ready && <UploadsHost conversationId={currentId} />}
        {overlay === "palette" && (
          <Palette onClose={() => setOverlay(null)} onSheet={() => setOverlay("sheet")} />
        )}
        {overlay === "sheet" && <ShortcutSheet onClose={() => setOverlay(null)} />}
      </Suspense>
    </div>
  );
}

/** True a moment after the first load; then also what must not have to be fetched when it is wanted is here. */
function useReady(): boolean {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      // Whoever presses the palette's keys types on at once, and a drop does not wait.
      void Promise.all([loadPalette(), loadUploads()]).then(
        () => setReady(true),
        () => undefined,
      );
    }, PREFETCH_MS);
    return () => clearTimeout(timer);
  }, []);
  return ready;
}

function Main({ currentId, place }: { currentId: string | null; place: Place }) {
  const { t } = useTranslation();
  const some = useChat((chat) => Object.keys(chat.conversations.byId).length > 0);
  if (currentId !== null) return <ConversationPage id={currentId} />;
  if (place !== "chat") {
    return (
      <Suspense fallback={<Skeleton rows={6} avatar={false} />}>
        {place === "jobs" ? <JobsPage /> : place === "data" ? <DataPage /> : <SettingsPage />}
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
