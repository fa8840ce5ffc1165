import { useEffect, useState } from "react";
import { dispatch, getChat, useChat } from "@/app/store";
import { openAt, openEmpty } from "@/features/messages/api";
import type { Timeline } from "@/features/messages/state";

interface Opened {
  timeline: Timeline | undefined;
  error: unknown;
  reload: () => void;
}

const isOpen = (timeline: Timeline | undefined): boolean =>
  timeline !== undefined && (timeline.items.length > 0 || !timeline.moreBefore);

const holds = (timeline: Timeline | undefined, seq: number): boolean =>
  timeline?.items.some((message) => message.seq === seq) ?? false;

/** A stretch that is left over from before serves again when it still reaches from the first unread message to the end. */
function serves(timeline: Timeline | undefined, at: number | null, firstUnread: number | null): boolean {
  if (!isOpen(timeline) || timeline?.moreAfter) return false;
  const wanted = at ?? firstUnread;
  return wanted === null || holds(timeline, wanted);
}

/** The conversation's messages: around `at`, otherwise from its first unread one, otherwise the newest. */
export function useTimeline(id: string, at: number | null): Opened {
  const timeline = useChat((chat) => chat.timelines[id]);
  const known = useChat((chat) => chat.conversations.byId[id] !== undefined);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => {
    const conversation = getChat().conversations.byId[id];
    if (!known || !conversation) return;
    const firstUnread = conversation.unread > 0 ? conversation.read_seq + 1 : null;
    const existing = getChat().timelines[id];
    if (at !== null ? holds(existing, at) : serves(existing, at, firstUnread)) return;
    let current = true;
    setError(null);
    if (conversation.last_seq <= conversation.joined_seq) {
      openEmpty(id);
      return;
    }
    dispatch({ type: "timeline_opening", conversationId: id });
    openAt(id, at ?? firstUnread).catch((failure: unknown) => current && setError(failure));
    return () => {
      current = false;
    };
  }, [id, at, known, turn]);
  return { timeline: isOpen(timeline) ? timeline : undefined, error, reload: () => setTurn((n) => n + 1) };
}
