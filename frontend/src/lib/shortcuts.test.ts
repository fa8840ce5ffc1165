import { describe, expect, it } from "vitest";
import { matches, type ShortcutId } from "@/lib/shortcuts";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe("a key press", () => {
  it.each<[string, ReturnType<typeof press>, ShortcutId, boolean]>([
    ["n", press("n"), "nextUnread", true],
    ["N by caps lock", press("N"), "nextUnread", true],
    ["Ctrl+N, which is the browser's", press("n", { ctrlKey: true }), "nextUnread", false],
    ["Ctrl+K", press("k", { ctrlKey: true }), "palette", true],
    ["k alone", press("k"), "palette", false],
    ["k alone on a message", press("k"), "previousMessage", true],
    ["a question mark, which takes Shift", press("?", { shiftKey: true }), "sheet", true],
    ["Enter", press("Enter"), "send", true],
    ["Shift+Enter", press("Enter", { shiftKey: true }), "send", false],
    ["Shift+Enter", press("Enter", { shiftKey: true }), "newLine", true],
    ["Alt+R", press("r", { altKey: true }), "reply", false],
  ])("%s", (_, event, id, expected) => {
    expect(matches(event, id)).toBe(expected);
  });
});
