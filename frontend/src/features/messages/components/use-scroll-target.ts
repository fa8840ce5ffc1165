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

/** Brings a row into view as soon as it is there: at once, or when the page that holds it has been loaded. */
export function useScrollTarget(list: List, rows: readonly Row[], first: Target): ScrollTarget {
  const wanted = useRef<Target | null>(first);
  const firstKey = useRef<string | undefined>(undefined);
  const [settled, setSettled] = useState(false);
  useLayoutEffect(() => {
    // The list goes on correcting towards an index; rows that came before it make that index another row's.
    if (firstKey.current !== undefined && rows[0]?.key !== firstKey.current) list.cancelScroll();
    firstKey.current = rows[0]?.key;
    if (wanted.current && rows.length > 0 && reach(list, rows, wanted.current)) wanted.current = null;
  }, [list, rows]);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLE_MS);
    return () => clearTimeout(timer);
  }, []);
  const scrollTo = useCallback(
    (target: Target) => {
      wanted.current = reach(list, rows, target) ? null : target;
    },
    [list, rows],
  );
  return { settled, scrollTo };
}
