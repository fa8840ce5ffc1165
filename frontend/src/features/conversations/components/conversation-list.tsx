import { MessageSquarePlus, Search } from "lucide-react";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChat, useMe } from "@/app/store";
import { Button, IconButton } from "@/components/ui/button";
import { INPUT } from "@/components/ui/field";
import { EmptyState, Skeleton } from "@/components/ui/states";
import { ConversationRow } from "@/features/conversations/components/conversation-row";
import { byActivity } from "@/features/conversations/state";
import { loadDraft } from "@/features/messages/drafts";
import { faceOf, useNameOf, useTitleOf } from "@/features/people/names";
import { classes } from "@/lib/classes";
import type { Conversation } from "@/lib/frames";
import { useShortcut } from "@/lib/shortcuts";

const NewConversation = lazy(() => import("@/features/conversations/components/new-conversation"));

const matching = (title: string, query: string): boolean =>
  title.toLocaleLowerCase().includes(query.trim().toLocaleLowerCase());

export function ConversationList({ currentId }: { currentId: string | null }) {
  const { t } = useTranslation();
  const titleOf = useTitleOf();
  const loaded = useChat((chat) => chat.loaded);
  const conversations = useChat((chat) => chat.conversations);
  const [query, setQuery] = useState("");
  const [unreadOnly, setUnreadOnly] = useState(false);
  const [creating, setCreating] = useState(false);
  const filter = useRef<HTMLInputElement>(null);
  const all = useMemo(() => byActivity(conversations), [conversations]);
  const shown = all.filter(
    (one) => matching(titleOf(one), query) && (!unreadOnly || one.unread > 0 || one.id === currentId),
  );
  useShortcut("filter", () => filter.current?.focus());
  useShortcut("write", () => setCreating(true));
  return (
    <div className="flex h-full min-h-0 flex-col bg-panel">
      <header className="flex h-14 shrink-0 items-center gap-2 px-4">
        <h1 className="flex-1 text-lg font-semibold">{t("conversations.title")}</h1>
        <IconButton label={t("newConversation.title")} onClick={() => setCreating(true)}>
          <MessageSquarePlus size={20} />
        </IconButton>
      </header>
      <div className="relative px-3 pb-2">
        <Search size={16} aria-hidden className="pointer-events-none absolute top-2.5 left-6 text-faint" />
        <input
          ref={filter}
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          aria-label={t("conversations.filter")}
          placeholder={t("conversations.filter")}
          className={classes(INPUT, "h-9 pl-9")}
        />
      </div>
      <div className="flex gap-1 px-3 pb-2">
        <Chip on={!unreadOnly} onClick={() => setUnreadOnly(false)} label={t("conversations.all")} />
        <Chip on={unreadOnly} onClick={() => setUnreadOnly(true)} label={t("conversations.unread")} />
      </div>
      <nav
        aria-label={t("conversations.title")}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto px-2 pb-2"
      >
        {!loaded && <Skeleton rows={7} />}
        {loaded && all.length === 0 && (
          <EmptyState
            sentence={t("conversations.empty")}
            action={
              <Button look="primary" onClick={() => setCreating(true)}>
                {t("conversations.findPeople")}
              </Button>
            }
          />
        )}
        {loaded && all.length > 0 && shown.length === 0 && (
          <p className="p-6 text-center text-sm text-muted">
            {t(unreadOnly ? "conversations.allRead" : "conversations.noMatch")}
          </p>
        )}
        <ul>
          {shown.map((one) => (
            <li key={one.id}>
              <Row conversation={one} title={titleOf(one)} active={one.id === currentId} />
            </li>
          ))}
        </ul>
      </nav>
      {creating && (
        <Suspense>
          <NewConversation onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </div>
  );
}

function Row({
  conversation,
  title,
  active,
}: {
  conversation: Conversation;
  title: string;
  active: boolean;
}) {
  const { t } = useTranslation();
  const me = useMe();
  const nameOf = useNameOf();
  const sender = conversation.last_message?.sender_id;
  const other = conversation.kind === "group" && sender ? nameOf(sender) : null;
  return (
    <ConversationRow
      conversation={conversation}
      title={title}
      face={faceOf(conversation, me)}
      lastFrom={sender === me ? t("conversations.you") : other}
      active={active}
      draft={!active && loadDraft(me, conversation.id) !== ""}
    />
  );
}

function Chip({ on, onClick, label }: { on: boolean; onClick: () => void; label: string }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onClick}
      className={classes(
        "h-7 rounded-full px-3 text-xs font-medium",
        on ? "bg-selected text-accent-ink" : "text-muted hover:bg-hover",
      )}
    >
      {label}
    </button>
  );
}
