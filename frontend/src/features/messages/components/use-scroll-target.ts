import type { Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useRef } from "react";
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

/** Brings a row into view as soon as it is there: at once, or when the page that holds it has been loaded. */
export function useScrollTarget(list: List, rows: readonly Row[], first: Target): (target: Target) => void {
  const wanted = useRef<Target | null>(first);
  useLayoutEffect(() => {
    if (wanted.current && rows.length > 0 && reach(list, rows, wanted.current)) wanted.current = null;
  }, [list, rows]);
  return useCallback(
    (target: Target) => {
      wanted.current = reach(list, rows, target) ? null : target;
    },
    [list, rows],
  );
}
