// The one list of keyboard shortcuts: handlers match against it, the sheet behind "?" prints it.

import { useEffect, useRef } from "react";

interface Shortcut {
  /** Any of these. `Mod` is Ctrl, or Command on a Mac. */
  keys: readonly string[];
  group: "anywhere" | "messages" | "writing";
  /** Also while a text field has the focus. */
  inFields?: boolean;
}

export const SHORTCUTS = {
  palette: { keys: ["Mod+k"], group: "anywhere", inFields: true },
  filter: { keys: ["/"], group: "anywhere" },
  nextUnread: { keys: ["n"], group: "anywhere" },
  write: { keys: ["c"], group: "anywhere" },
  sheet: { keys: ["?"], group: "anywhere" },
  close: { keys: ["Escape"], group: "anywhere", inFields: true },
  previousMessage: { keys: ["ArrowUp", "k"], group: "messages" },
  nextMessage: { keys: ["ArrowDown", "j"], group: "messages" },
  reply: { keys: ["r"], group: "messages" },
  copyLink: { keys: ["l"], group: "messages" },
  latest: { keys: ["End"], group: "messages" },
  send: { keys: ["Enter"], group: "writing", inFields: true },
  newLine: { keys: ["Shift+Enter"], group: "writing", inFields: true },
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof SHORTCUTS;

export const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

type KeyPress = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

function pressed(event: KeyPress, combination: string): boolean {
  const parts = combination.split("+");
  const key = parts.at(-1) ?? "";
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  if (event.altKey || other || mod !== parts.includes("Mod")) return false;
  if (key.length > 1 && event.shiftKey !== parts.includes("Shift")) return false;
  return key.length > 1 ? event.key === key : event.key.toLowerCase() === key;
}

export const matches = (event: KeyPress, id: ShortcutId): boolean =>
  SHORTCUTS[id].keys.some((combination) => pressed(event, combination));

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable=true]") !== null
  );
}

/** Runs `handler` when the shortcut is pressed anywhere, except behind an open dialog. */
export function useShortcut(id: ShortcutId, handler: () => void): void {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    const shortcut: Shortcut = SHORTCUTS[id];
    const listener = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || !matches(event, id)) return;
      if (!shortcut.inFields && isField(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, [id]);
}
