import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useChat, useMe } from "@/app/store";
import { Button } from "@/components/ui/button";
import { openAt } from "@/features/messages/api";
import { Announcer } from "@/features/messages/components/announcer";
import { ConversationStart, DayDivider, DayPill, NewDivider } from "@/features/messages/components/dividers";
import { type MessageActions, MessageRow } from "@/features/messages/components/message-row";
import { UnsentRow } from "@/features/messages/components/unsent-row";
import { usePaging } from "@/features/messages/components/use-paging";
import { useNewAfter, useReadMarker, useVisibleTab } from "@/features/messages/components/use-read-marker";
import { useRovingRows } from "@/features/messages/components/use-roving-rows";
import { useScrollTarget } from "@/features/messages/components/use-scroll-target";
import { ofConversation } from "@/features/messages/outbox";
import { dayOfRow, estimatedHeight, type Row, rowsOf } from "@/features/messages/rows";
import { type Timeline, visible } from "@/features/messages/state";
import { useNameOf } from "@/features/people/names";
import type { Conversation, Message } from "@/lib/frames";

interface Props {
  conversation: Conversation;
  title: string;
  timeline: Timeline;
  at: number | null;
  onReply: (message: Message) => void;
  onCopyLink: (message: Message) => void;
  onGo: (seq: number) => void;
}

const AT_END_PX = 60;

export function MessageList({ conversation, title, timeline, at, onReply, onCopyLink, onGo }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const nameOf = useNameOf();
  const scroller = useRef<HTMLDivElement>(null);
  const tabVisible = useVisibleTab();
  const newAfter = useNewAfter(conversation.read_seq, conversation.unread, tabVisible);
  const outbox = useChat((chat) => chat.outbox);
  const messages = visible(timeline);
  const rows = useMemo(() => {
    const unsent = timeline.moreAfter ? [] : ofConversation(outbox, conversation.id);
    return rowsOf({ messages, outbox: unsent, me, complete: !timeline.moreBefore, newAfter });
  }, [messages, outbox, me, timeline, newAfter, conversation.id]);
  const byId = useMemo(() => new Map(messages.map((message) => [message.id, message])), [messages]);

  const list = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimatedHeight(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    paddingEnd: 16,
    anchorTo: "end",
    followOnAppend: !timeline.moreAfter,
    scrollEndThreshold: AT_END_PX,
  });
  const { settled, scrollTo } = useScrollTarget(
    list,
    rows,
    at === null ? { kind: "new" } : { kind: "seq", seq: at },
  );

  const shownAt = useRef(at);
  useEffect(() => {
    // Back, forward and links inside the page change the address of a list that is there already.
    if (at !== null && at !== shownAt.current) scrollTo({ kind: "seq", seq: at });
    shownAt.current = at;
  }, [at, scrollTo]);

  const items = list.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const paging = usePaging(conversation.id, timeline, { first, last, count: settled ? rows.length : 0 });
  const top = list.scrollOffset ?? 0;
  const bottom = top + (list.scrollRect?.height ?? 0);
  const seen = items.reduce((seq, item) => {
    const row = rows[item.index];
    return row?.kind === "message" && item.end <= bottom + 8 ? Math.max(seq, row.message.seq) : seq;
  }, 0);
  useReadMarker(conversation.id, settled ? seen : 0, conversation.read_seq, tabVisible);
  const roving = useRovingRows(list, rows, scroller, { reply: onReply, copyLink: onCopyLink });

  const toLatest = () => {
    if (timeline.moreAfter)
      void openAt(conversation.id, null).then(
        () => scrollTo({ kind: "end" }),
        () => undefined,
      );
    else scrollTo({ kind: "end" });
  };
  const go = useCallback(
    (seq: number) => {
      scrollTo({ kind: "seq", seq });
      onGo(seq);
    },
    [scrollTo, onGo],
  );
  const actions = useMemo<MessageActions>(
    () => ({ reply: onReply, copyLink: onCopyLink, go }),
    [onReply, onCopyLink, go],
  );

  const render = (row: Row): ReactNode => {
    switch (row.kind) {
      case "start":
        return <ConversationStart title={title} joinedLater={conversation.joined_seq > 0} />;
      case "day":
        return <DayDivider at={row.at} />;
      case "new":
        return <NewDivider />;
      case "unsent":
        return <UnsentRow entry={row.entry} lead={row.lead} me={me} name={nameOf(me)} />;
      case "message":
        return (
          <MessageRow
            message={row.message}
            lead={row.lead}
            name={nameOf(row.message.sender_id)}
            quoted={row.message.reply_to === null ? null : byId.get(row.message.reply_to)}
            marked={row.message.seq === at}
            current={row.key === roving.current}
            actions={actions}
          />
        );
    }
  };

  const topIndex = items.find((item) => item.end > top)?.index ?? 0;
  const pill = list.isScrolling && top > 60 ? dayOfRow(rows, topIndex) : null;
  const away = settled && rows.length > 0 && (timeline.moreAfter || list.getTotalSize() - bottom > 240);
  return (
    <div className="relative min-h-0 flex-1">
      {pill !== null && rows[topIndex]?.kind !== "day" && <DayPill at={pill} />}
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        data-scrolling={list.isScrolling}
        aria-label={t("messages.listLabel", { title })}
        onKeyDown={roving.onKeyDown}
        className="h-full overflow-y-auto overscroll-contain"
      >
        <div className="flex min-h-full flex-col justify-end">
          <div className="relative w-full" style={{ height: list.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              if (!row) return null;
              return (
                <div
                  key={item.key}
                  data-index={item.index}
                  ref={list.measureElement}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <div {...roving.propsOf(row)}>{render(row)}</div>
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {paging.failed && (
        <div className="absolute inset-x-0 top-12 flex justify-center">
          <Button size="sm" onClick={paging.retry}>
            {t(paging.failed.end === "before" ? "messages.retryOlder" : "messages.retryNewer")}
          </Button>
        </div>
      )}
      {away && (
        <button
          type="button"
          onClick={toLatest}
          className="absolute right-4 bottom-3 z-10 inline-flex h-8 items-center gap-1.5 rounded-full border border-line bg-raised px-3 text-xs font-medium text-ink shadow-over hover:bg-hover"
        >
          <ArrowDown size={16} aria-hidden />
          {conversation.unread > 0
            ? t("messages.toNew", { count: conversation.unread })
            : t("messages.toLatest")}
        </button>
      )}
      <Announcer messages={messages} />
    </div>
  );
}
