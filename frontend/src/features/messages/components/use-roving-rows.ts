import type { Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/features/messages/rows";
import { useNameOf } from "@/features/people/names";
import type { Message } from "@/lib/frames";
import { matches } from "@/lib/shortcuts";
import { exact } from "@/lib/time";

type MessageLine = Extract<Row, { kind: "message" }>;
type RowProps = {
  role?: "article";
  tabIndex?: number;
  "aria-label"?: string;
  "data-row"?: string;
  onFocus?: () => void;
  className?: string;
};

interface Roving {
  current: string | null;
  onKeyDown: (event: KeyboardEvent) => void;
  propsOf: (row: Row) => RowProps;
}

interface Actions {
  reply: (message: Message) => void;
  copyLink: (message: Message) => void;
}

const isMessage = (row: Row | undefined): row is MessageLine => row?.kind === "message";

/** One message of the list is in the order of Tab; arrows (or J and K) move to its neighbors, R and L act on it. */
export function useRovingRows(
  list: Virtualizer<HTMLDivElement, Element>,
  rows: readonly Row[],
  scroller: RefObject<HTMLDivElement | null>,
  actions: Actions,
): Roving {
  const { i18n } = useTranslation();
  const nameOf = useNameOf();
  const [focused, setFocused] = useState<string | null>(null);
  const moveTo = useRef<string | null>(null);
  const known = focused !== null && rows.some((row) => row.key === focused);
  const current = known ? focused : (rows.findLast(isMessage)?.key ?? null);

  useEffect(() => {
    if (moveTo.current === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(moveTo.current)}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    moveTo.current = null;
  });

  const focusRow = (index: number, step: number) => {
    let to = index;
    while (to >= 0 && to < rows.length && !isMessage(rows[to])) to += step;
    const row = rows[to];
    if (!isMessage(row)) return;
    moveTo.current = row.key;
    setFocused(row.key);
    list.scrollToIndex(to, { align: "auto" });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const index = rows.findIndex((row) => row.key === current);
    const row = rows[index];
    if (!isMessage(row)) return;
    if (matches(event, "previousMessage")) focusRow(index - 1, -1);
    else if (matches(event, "nextMessage")) focusRow(index + 1, 1);
    else if (matches(event, "latest")) focusRow(rows.length - 1, -1);
    else if (matches(event, "reply")) actions.reply(row.message);
    else if (matches(event, "copyLink")) actions.copyLink(row.message);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const propsOf = (row: Row): RowProps => {
    if (!isMessage(row)) return {};
    return {
      role: "article",
      tabIndex: row.key === current ? 0 : -1,
      "aria-label": `${nameOf(row.message.sender_id)}, ${exact(new Date(row.message.created_at), i18n.language)}`,
      "data-row": row.key,
      onFocus: () => setFocused(row.key),
      className: "focus-visible:-outline-offset-2",
    };
  };
  return { current, onKeyDown, propsOf };
}
