import { useMemo } from "react";
import { useChat, useMe } from "@/app/store";
import { ofConversation } from "@/features/messages/outbox";
import { type Row, rowsOf } from "@/features/messages/rows";
import { type Timeline, visible } from "@/features/messages/state";
import type { Message } from "@/lib/frames";

interface Rows {
  rows: Row[];
  messages: readonly Message[];
  byId: ReadonlyMap<string, Message>;
  /** When the last of the unsent messages was written (ISO 8601). */
  lastUnsentAt: string | undefined;
}

/** What the list shows: the stretch, and behind its end what is not confirmed. */
export function useRows(conversationId: string, timeline: Timeline, newAfter: number | null): Rows {
  const me = useMe();
  const outbox = useChat((chat) => chat.outbox);
  const messages = useMemo(() => visible(timeline), [timeline]);
  const unsent = useMemo(() => ofConversation(outbox, conversationId), [outbox, conversationId]);
  const rows = useMemo(
    () =>
      rowsOf({
        messages,
        outbox: timeline.moreAfter ? [] : unsent,
        me,
        complete: !timeline.moreBefore,
        newAfter,
      }),
    [messages, unsent, me, timeline, newAfter],
  );
  const byId = useMemo(() => new Map(messages.map((message) => [message.id, message])), [messages]);
  return { rows, messages, byId, lastUnsentAt: unsent.at(-1)?.queuedAt };
}
