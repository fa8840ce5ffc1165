import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useSearchParams } from "wouter";
import { useChat, useMe } from "@/app/store";
import { useToast } from "@/app/toast";
import { EmptyState, ErrorState, Skeleton } from "@/components/ui/states";
import { fetchConversation } from "@/features/conversations/api";
import { ConversationHeader } from "@/features/conversations/components/conversation-header";
import { useTimeline } from "@/features/conversations/components/use-timeline";
import { Composer, type ComposerHandle } from "@/features/messages/components/composer";
import { MessageList } from "@/features/messages/components/message-list";
import { OpeningList } from "@/features/messages/components/opening-list";
import { useTitleOf } from "@/features/people/names";
import { usePost } from "@/features/uploads/components/use-post";
import { copyText } from "@/lib/clipboard";
import { asWarrenError } from "@/lib/errors";
import type { Conversation, Message } from "@/lib/frames";
import { withWords } from "@/lib/i18n";
import { useLoaded } from "@/lib/use-loaded";
import { useWide } from "@/lib/use-wide";

const Details = lazy(() => withWords(import("@/features/conversations/components/details")));

/** A conversation by its address: known, asked for, or not ours to see. */
export function ConversationPage({ id }: { id: string }) {
  const conversation = useChat((chat) => chat.conversations.byId[id]);
  const loaded = useChat((chat) => chat.loaded);
  if (conversation) return <Open key={id} conversation={conversation} />;
  if (!loaded) return <Skeleton rows={8} />;
  return <Unknown key={id} id={id} />;
}

function Unknown({ id }: { id: string }) {
  const { t } = useTranslation();
  const { error, reload } = useLoaded(id, () => fetchConversation(id));
  if (!error) return <Skeleton rows={8} />;
  const code = asWarrenError(error).code;
  if (code !== "not_found" && code !== "forbidden" && code !== "invalid_request")
    return <ErrorState error={error} retry={reload} />;
  const back = (
    <Link href="/" className="text-sm font-medium text-accent-ink underline">
      {t("conversation.toList")}
    </Link>
  );
  return <EmptyState sentence={t("conversation.unknown")} action={back} />;
}

function Open({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const me = useMe();
  const title = useTitleOf()(conversation);
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  const toast = useToast();
  const wide = useWide(900);
  const [detailsOpen, setDetailsOpen] = useState(false);
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const composer = useRef<ComposerHandle>(null);
  const at = Number.parseInt(search.get("at") ?? "", 10) || null;
  const { timeline, error, reload } = useTimeline(conversation.id, at);
  const path = `/c/${conversation.id}`;

  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) composer.current?.focus();
  }, []);
  const reply = useCallback((message: Message) => {
    setReplyTo(message);
    composer.current?.focus();
  }, []);
  const copyLink = useCallback(
    async (message: Message) => {
      const copied = await copyText(`${location.origin}${path}?at=${message.seq}`);
      toast(t(copied ? "messages.linkCopied" : "messages.linkNotCopied"));
    },
    [path, t, toast],
  );
  const go = useCallback((seq: number) => navigate(`${path}?at=${seq}`), [navigate, path]);
  const post = usePost(conversation.id);
  const submit = (text: string, uploads: string[]) => {
    post(text, replyTo?.id ?? null, uploads);
    setReplyTo(null);
    if (at !== null) navigate(path, { replace: true });
  };

  return (
    <div className="flex h-full min-h-0">
      <section aria-label={title} className="flex min-w-0 flex-1 flex-col">
        <ConversationHeader
          conversation={conversation}
          title={title}
          me={me}
          open={detailsOpen}
          onDetails={() => setDetailsOpen((open) => !open)}
        />
        {error ? (
          <ErrorState error={error} retry={reload} />
        ) : timeline ? (
          <MessageList
            conversation={conversation}
            title={title}
            timeline={timeline}
            at={at}
            onReply={reply}
            onCopyLink={copyLink}
            onGo={go}
          />
        ) : (
          <OpeningList conversationId={conversation.id} />
        )}
        <Composer
          ref={composer}
          conversationId={conversation.id}
          userId={me}
          title={title}
          replyTo={replyTo}
          onCancelReply={() => setReplyTo(null)}
          onSend={submit}
        />
      </section>
      {detailsOpen && (
        <Suspense>
          <Details
            conversation={conversation}
            title={title}
            asSheet={!wide}
            onClose={() => setDetailsOpen(false)}
          />
        </Suspense>
      )}
    </div>
  );
}
