import { describe, expect, it } from "vitest";
import { type Action, type ChatState, EMPTY, reduce } from "@/app/state";
import { Sender } from "@/features/messages/sender";
import { WarrenError } from "@/lib/errors";
import type { RequestData } from "@/lib/frames";
import { at, ME, message, TALK, user } from "@/testing";

type Answer = "ok" | WarrenError;

/** A sender on a state of its own, whose server gives these answers one after the other. */
function setUp(answers: Answer[]) {
  let state: ChatState = reduce(EMPTY, { type: "logged_in", user: user(ME), outbox: [] });
  const asked: string[] = [];
  const dispatch = (action: Action) => {
    state = reduce(state, action);
  };
  const send = async (data: RequestData<"message.send">) => {
    asked.push(data.text ?? "");
    const answer = answers.shift() ?? "ok";
    if (answer !== "ok") throw answer;
    return { message: message(asked.length, { sender_id: ME, client_id: data.client_id }), duplicate: false };
  };
  const sender = new Sender({
    state: () => state,
    dispatch,
    send,
    ready: async () => {},
    pause: async () => {},
  });
  const write = (...texts: string[]) => {
    for (const text of texts) {
      const clientId = `id-${text}`;
      const entry = {
        clientId,
        conversationId: TALK,
        text,
        replyTo: null,
        uploads: [],
        queuedAt: at(0),
        state: "waiting",
        error: null,
      } as const;
      dispatch({ type: "queued", entry });
    }
    sender.wake();
  };
  const rest = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { asked, dispatch, sender, write, rest, outbox: () => state.outbox };
}

const busy = new WarrenError("busy", "");
const refused = new WarrenError("not_found", "", { requestId: "r-1" });
const lost = new WarrenError("disconnected", "");

describe("sending", () => {
  it("goes in the order of writing, one at a time", async () => {
    const { asked, write, rest, outbox } = setUp([]);
    write("one", "two", "three");
    await rest();
    expect(asked).toEqual(["one", "two", "three"]);
    expect(outbox()).toEqual([]);
  });

  it("repeats a message that was busy before the next one goes", async () => {
    const { asked, write, rest } = setUp([busy, busy]);
    write("one", "two");
    await rest();
    expect(asked).toEqual(["one", "one", "one", "two"]);
  });

  it("repeats a message whose answer was lost, as often as the connection breaks", async () => {
    const { asked, write, rest, outbox } = setUp([lost, lost, lost, lost, lost, lost, lost]);
    write("one");
    await rest();
    expect(asked).toHaveLength(8);
    expect(outbox()).toEqual([]);
  });

  it("marks a refused message as failed with its request id and goes on with the next", async () => {
    const { write, rest, outbox } = setUp([refused]);
    write("one", "two");
    await rest();
    expect(outbox()).toMatchObject([
      { text: "one", state: "failed", error: { code: "not_found", requestId: "r-1" } },
    ]);
  });

  it("gives up after five refusals, and with the message all that stand behind it", async () => {
    const { asked, write, rest, outbox } = setUp(Array.from({ length: 5 }, () => busy));
    write("one", "two");
    await rest();
    expect(asked).toEqual(["one", "one", "one", "one", "one"]);
    expect(outbox().map((entry) => entry.state)).toEqual(["failed", "failed"]);
  });

  it("sends failed ones again under the same client id, in order", async () => {
    const { asked, dispatch, sender, write, rest, outbox } = setUp([refused, refused]);
    write("one", "two");
    await rest();
    dispatch({ type: "send_retried", clientIds: outbox().map((entry) => entry.clientId) });
    sender.wake();
    await rest();
    expect(asked).toEqual(["one", "two", "one", "two"]);
    expect(outbox()).toEqual([]);
  });
});
