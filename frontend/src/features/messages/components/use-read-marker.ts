import { useEffect, useState } from "react";
import { markRead } from "@/features/messages/api";

const SETTLED_MS = 350;

export function useVisibleTab(): boolean {
  const [visible, setVisible] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return visible;
}

/** Tells the server how far was read, once the newest message on the screen stayed there for a moment. */
export function useReadMarker(
  conversationId: string,
  seenSeq: number,
  readSeq: number,
  visible: boolean,
): void {
  useEffect(() => {
    if (!visible || seenSeq <= readSeq) return;
    // A position that did not arrive is told again with the next one, or when the conversation is next opened.
    const timer = setTimeout(() => void markRead(conversationId, seenSeq).catch(() => undefined), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [conversationId, seenSeq, readSeq, visible]);
}

/** The read position when the conversation was opened or the tab was left: "New" stays behind it while one reads on. */
export function useNewAfter(readSeq: number, unread: number, visible: boolean): number | null {
  const [after, setAfter] = useState(unread > 0 ? readSeq : null);
  const [wasVisible, setWasVisible] = useState(visible);
  if (visible !== wasVisible) {
    setWasVisible(visible);
    if (!visible) setAfter(readSeq);
  }
  return after;
}
