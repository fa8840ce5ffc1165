import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { openAt } from "@/features/messages/api";
import { Announcer } from "@/features/messages/components/announcer";
import { DayPill } from "@/features/messages/components/dividers";
import { LatestButton, RetryPage } from "@/features/messages/components/list-buttons";
import type { MessageActions } from "@/features/messages/components/message-row";
import { onScreen } from "@/features/messages/components/on-screen";
import { RowView } from "@/features/messages/components/row-view";
import { usePaging } from "@/features/messages/components/use-paging";
import { useNewAfter, useReadMarker, useVisibleTab } from "@/features/messages/components/use-read-marker";
import { useRovingRows } from "@/features/messages/components/use-roving-rows";
import { useRows } from "@/features/messages/components/use-rows";
import { useScrollTarget } from "@/features/messages/components/use-scroll-target";
import { estimatedHeight } from "@/features/messages/rows";
import type { Timeline } from "@/features/messages/state";
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

/** Nearer to the end than this counts as being there. */
const AT_END_PX = 60;
/** Further from the end than this shows the way back to it. */
const AWAY_PX = 240;

export function MessageList({ conversation, title, timeline, at, onReply, onCopyLink, onGo }: Props) {
  const { t } = useTranslation();
  const { id, read_seq, unread } = conversation;
  const scroller = useRef<HTMLDivElement>(null);
  const tabVisible = useVisibleTab();
  const newAfter = useNewAfter(read_seq, unread, tabVisible);
  const { rows, messages, byId, lastUnsentAt } = useRows(id, timeline, newAfter);
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
  const { settled, scrollTo } = useScrollTarget(list, rows, at);
  const shown = onScreen(list, rows);
  const paging = usePaging(id, timeline, { ...shown, count: settled ? rows.length : 0 });
  useReadMarker(id, settled ? shown.seenSeq : 0, read_seq, tabVisible);
  const roving = useRovingRows(list, rows, scroller, { reply: onReply, copyLink: onCopyLink });

  const { moreAfter } = timeline;
  const toLatest = useCallback(() => {
    if (!moreAfter) return scrollTo({ kind: "end" });
    openAt(id, null).then(
      () => requestAnimationFrame(() => scrollTo({ kind: "end" })),
      () => undefined, // The button is still there.
    );
  }, [id, moreAfter, scrollTo]);
  useOwnSend(lastUnsentAt, toLatest);
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

  return (
    <div className="relative min-h-0 flex-1">
      {shown.day !== null && <DayPill at={shown.day} />}
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
            {list.getVirtualItems().map((item) => {
              const row = rows[item.index];
              if (!row) return null;
              const view = {
                row,
                conversation,
                title,
                byId,
                at,
                actions,
                current: row.key === roving.current,
              };
              return (
                <div
                  key={item.key}
                  data-index={item.index}
                  ref={list.measureElement}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <div {...roving.propsOf(row)}>
                    <RowView {...view} />
                  </div>
                </div>
              );
            })}
          </div>
        </div>
      </div>
      <RetryPage paging={paging} />
      {settled && rows.length > 0 && (moreAfter || shown.below > AWAY_PX) && (
        <LatestButton unread={unread} onClick={toLatest} />
      )}
      <Announcer messages={messages} />
    </div>
  );
}

/** Whoever writes wants to see it: an own message leads to the end, from wherever one was reading. */
function useOwnSend(lastUnsentAt: string | undefined, toLatest: () => void): void {
  const known = useRef(lastUnsentAt ?? "");
  useEffect(() => {
    if (lastUnsentAt === undefined || lastUnsentAt <= known.current) return;
    known.current = lastUnsentAt;
    toLatest();
  }, [lastUnsentAt, toLatest]);
}
