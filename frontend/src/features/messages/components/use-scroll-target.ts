import type { Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Row } from "@/features/messages/rows";

export type Target = { kind: "new" } | { kind: "end" } | { kind: "seq"; seq: number };

type List = Virtualizer<HTMLDivElement, Element>;

function indexOf(rows: readonly Row[], target: Target): number {
  if (target.kind === "new") return rows.findIndex((row) => row.kind === "new");
  if (target.kind === "end") return rows.length - 1;
  return rows.findIndex((row) => row.kind === "message" && row.message.seq === target.seq);
}

function reach(list: List, rows: readonly Row[], target: Target): boolean {
  const index = indexOf(rows, target);
  if (target.kind === "end" || (target.kind === "new" && index === -1)) list.scrollToEnd();
  else if (index === -1) return false;
  else list.scrollToIndex(index, { align: target.kind === "new" ? "start" : "center" });
  return true;
}

interface ScrollTarget {
  /** The first target is reached: before that, what is on the screen says nothing about what the reader wants. */
  settled: boolean;
  scrollTo: (target: Target) => void;
}

/** Longer than the list needs to measure the rows around its target. */
const SETTLE_MS = 150;
/** For so long the list goes on correcting its way to a target as rows are measured. */
const CORRECTING_MS = 500;

/**
 * Brings a row into view as soon as it is there: at once, or when the page that holds it has been loaded. The first
 * one is the message that the address names, `at`, otherwise the first unread one, otherwise the end.
 */
export function useScrollTarget(list: List, rows: readonly Row[], at: number | null): ScrollTarget {
  const latestRows = useRef(rows);
  const wanted = useRef<Target | null>(at === null ? { kind: "new" } : { kind: "seq", seq: at });
  const reached = useRef<{ target: Target; until: number } | null>(null);
  const firstKey = useRef<string | undefined>(undefined);
  const shownAt = useRef(at);
  const [settled, setSettled] = useState(false);

  const scrollTo = useCallback(
    (target: Target) => {
      const found = reach(list, latestRows.current, target);
      wanted.current = found ? null : target;
      if (found) reached.current = { target, until: performance.now() + CORRECTING_MS };
    },
    [list],
  );
  useLayoutEffect(() => {
    latestRows.current = rows;
    // The list corrects its way towards an index: rows that came before it make that index another row's.
    const shifted = firstKey.current !== undefined && rows[0]?.key !== firstKey.current;
    firstKey.current = rows[0]?.key;
    const last = reached.current;
    if (wanted.current && rows.length > 0) scrollTo(wanted.current);
    else if (shifted && last && performance.now() < last.until) scrollTo(last.target);
  }, [rows, scrollTo]);
  useEffect(() => {
    // Back, forward and links inside the page change the address of a list that is there already.
    if (at !== null && at !== shownAt.current) scrollTo({ kind: "seq", seq: at });
    shownAt.current = at;
  }, [at, scrollTo]);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLE_MS);
    return () => clearTimeout(timer);
  }, []);
  return { settled, scrollTo };
}
