import { describe, expect, it } from "vitest";
import { dayOfRow, rowsOf } from "@/features/messages/rows";
import { ADA, at, ME, message } from "@/testing";

const kinds = (input: Partial<Parameters<typeof rowsOf>[0]>) =>
  rowsOf({ messages: [], outbox: [], me: ME, complete: true, newAfter: null, ...input }).map((row) =>
    row.kind === "message" ? `${row.message.seq}${row.lead ? "*" : ""}` : row.kind,
  );

describe("the rows of a conversation", () => {
  it("gather what one person writes within five minutes under one name", () => {
    const messages = [message(1), message(2), message(8), message(9, { sender_id: ME })];
    expect(kinds({ messages })).toEqual(["start", "day", "1*", "2", "8*", "9*"]);
  });

  it("begin each day with its date", () => {
    const messages = [message(1), message(2, { created_at: at(24 * 60) })];
    expect(kinds({ messages })).toEqual(["start", "day", "1*", "day", "2*"]);
  });

  it("put New above the first message of somebody else behind the read position", () => {
    const messages = [message(1), message(2, { sender_id: ME }), message(3), message(4)];
    expect(kinds({ messages, newAfter: 1 })).toEqual(["start", "day", "1*", "2*", "new", "3*", "4"]);
  });

  it("have no New where only own messages follow", () => {
    expect(kinds({ messages: [message(1), message(2, { sender_id: ME })], newAfter: 1 })).toEqual([
      "start",
      "day",
      "1*",
      "2*",
    ]);
  });

  it("do not change where a page arrives above them", () => {
    const later = [message(2), message(3), message(9)];
    const before = kinds({ messages: later, complete: false });
    const after = kinds({ messages: [message(1), ...later], complete: true });
    expect(after.slice(-before.length)).toEqual(before);
    expect(before).toEqual(["3", "9*"]);
  });

  it("keep an own message's key when it is confirmed, so that it is the same row", () => {
    const mine = message(1, { sender_id: ME });
    const entry = {
      clientId: mine.client_id,
      conversationId: mine.conversation_id,
      text: mine.text,
      replyTo: null,
      uploads: [],
      queuedAt: at(1),
      state: "waiting",
      error: null,
    } as const;
    const base = { me: ME, complete: true, newAfter: null };
    const before = rowsOf({ ...base, messages: [], outbox: [entry] });
    const between = rowsOf({ ...base, messages: [mine], outbox: [entry] });
    expect(before.at(-1)?.key).toBe(between.at(-1)?.key);
    expect(between.filter((row) => row.kind === "unsent")).toEqual([]);
  });

  it("tell the day of the first message from a row on", () => {
    const rows = rowsOf({
      messages: [message(1, { sender_id: ADA })],
      outbox: [],
      me: ME,
      complete: true,
      newAfter: null,
    });
    expect(dayOfRow(rows, 0)).toBe(Date.parse(at(1)));
  });
});
