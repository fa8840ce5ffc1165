import { useEffect, useRef, useState } from "react";
import { loadAfter, loadBefore } from "@/features/messages/api";
import type { Timeline } from "@/features/messages/state";

/** Rows from an end at which the next page is asked for. */
const NEAR = 12;

export interface Paging {
  /** Which end could not be loaded, and why. */
  failed: { end: "before" | "after"; error: unknown } | null;
  retry: () => void;
}

interface Shown {
  first: number;
  last: number;
  count: number;
}

/** Loads older and newer pages as the reader comes near to an end of the stretch; one at a time in each direction. */
export function usePaging(conversationId: string, timeline: Timeline, shown: Shown): Paging {
  const [failed, setFailed] = useState<Paging["failed"]>(null);
  const busy = useRef({ before: false, after: false });
  const load = (end: "before" | "after") => {
    if (busy.current[end]) return;
    busy.current[end] = true;
    const done = (error: unknown) => {
      busy.current[end] = false;
      setFailed(error ? { end, error } : null);
    };
    (end === "before" ? loadBefore : loadAfter)(conversationId).then(() => done(null), done);
  };
  useEffect(() => {
    if (failed || shown.count === 0) return;
    if (timeline.moreBefore && shown.first < NEAR) load("before");
    if (timeline.moreAfter && shown.last > shown.count - NEAR) load("after");
  });
  return { failed, retry: () => setFailed(null) };
}
