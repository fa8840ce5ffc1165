import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Action, type ChatState, EMPTY, reduce } from "@/app/state";
import { visible } from "@/features/messages/state";
import type { Conversation, EventFrame, Message } from "@/lib/frames";
import { ADA, at, conversation, ME, message, sent, snapshot, TALK, user } from "@/testing";

const run = (state: ChatState, ...actions: Action[]): ChatState => actions.reduce(reduce, state);
const events = (...frames: EventFrame[]): Action => ({ type: "events", frames });
const page = (messages: Message[], before = false, after = false): Action => ({
  type: "page_opened",
  conversationId: TALK,
  page: { messages, more_before: before, more_after: after },
});
const texts = (state: ChatState) => visible(state.timelines[TALK] ?? never()).map((one) => one.text);
const talkOf = (state: ChatState): Conversation => state.conversations.byId[TALK] ?? never();

function never(): never {
  throw new Error("It should be there.");
}

const loggedIn = run(EMPTY, { type: "logged_in", user: user(ME), outbox: [] });
const start = run(loggedIn, { type: "snapshot", snapshot: snapshot(10, [conversation()]) });
const open = run(start, page([]));

/** A small server: every step is an event, and the state after it can be asked for. */
type Step = { kind: "theirs" | "mine" | "read" | "rename" | "join" | "leave" };
const steps = fc.array(
  fc.record({ kind: fc.constantFrom<Step["kind"]>("theirs", "mine", "read", "rename", "join", "leave") }),
  { maxLength: 40 },
);

interface World {
  talk: Conversation;
  messages: Message[];
  frames: EventFrame[];
}

function take(world: World, { kind }: Step, pos: number): World {
  const { talk, messages, frames } = world;
  const add = (frame: EventFrame, next: Partial<Conversation>, said = messages): World => ({
    talk: { ...talk, ...next },
    messages: said,
    frames: [...frames, frame],
  });
  const seq = talk.last_seq + 1;
  const rev = talk.rev + 1;
  const other = `00000000-0000-4000-8000-${String(pos).padStart(12, "9")}`;
  switch (kind) {
    case "theirs":
    case "mine": {
      const one = message(seq, { sender_id: kind === "mine" ? ME : ADA });
      const unread = talk.unread + (kind === "mine" ? 0 : 1);
      return add(sent(pos, one), { last_seq: seq, last_message: one, active_at: one.created_at, unread }, [
        ...messages,
        one,
      ]);
    }
    case "read": {
      const data = { conversation_id: TALK, user_id: ME, read_seq: talk.last_seq };
      return add({ event: "conversation.read_moved", pos, data }, { read_seq: talk.last_seq, unread: 0 });
    }
    case "rename": {
      const data = { conversation_id: TALK, title: `Title ${rev}`, updated_by: ADA, rev };
      return add({ event: "conversation.updated", pos, data }, { title: data.title, rev });
    }
    case "join": {
      const member = {
        user_id: other,
        role: "member" as const,
        joined_seq: talk.last_seq,
        joined_at: at(pos),
      };
      const member_count = talk.member_count + 1;
      const data = { conversation_id: TALK, member, added_by: ADA, member_count, rev };
      const member_ids = talk.member_ids.length < 8 ? [...talk.member_ids, other] : talk.member_ids;
      return add({ event: "member.added", pos, data }, { member_count, member_ids, rev });
    }
    case "leave": {
      const user_id = talk.member_ids.find((id) => id !== ME && id !== ADA);
      if (!user_id) return world;
      const member_count = talk.member_count - 1;
      const data = { conversation_id: TALK, user_id, removed_by: ADA, member_count, rev };
      return add(
        { event: "member.removed", pos, data },
        { member_count, member_ids: talk.member_ids.filter((id) => id !== user_id), rev },
      );
    }
  }
}

function worlds(list: Step[]): World[] {
  const all: World[] = [{ talk: conversation(), messages: [], frames: [] }];
  for (const [index, step] of list.entries()) all.push(take(all.at(-1) ?? never(), step, index + 1));
  return all;
}

describe("a snapshot and the events around it", () => {
  it("events that a snapshot already contains change nothing", () => {
    fc.assert(
      fc.property(steps, fc.nat(), (list, from) => {
        const world = worlds(list).at(-1) ?? never();
        const fresh = run(
          loggedIn,
          { type: "snapshot", snapshot: snapshot(list.length, [world.talk]) },
          page(world.messages),
        );
        const overlap = world.frames.slice(from % (world.frames.length + 1));
        expect(run(fresh, events(...overlap))).toEqual(fresh);
      }),
    );
  });

  it("a snapshot of any moment plus the events after it is the final state", () => {
    fc.assert(
      fc.property(steps, fc.nat(), (list, when) => {
        const all = worlds(list);
        const world = all.at(-1) ?? never();
        const early = all[when % all.length] ?? never();
        const rest = world.frames.slice(early.frames.length);
        const state = run(
          loggedIn,
          { type: "snapshot", snapshot: snapshot(0, [early.talk]) },
          page(early.messages),
          events(...rest),
        );
        expect(talkOf(state)).toEqual(world.talk);
        expect(visible(state.timelines[TALK] ?? never())).toEqual(world.messages);
      }),
    );
  });

  it("an event twice is an event once", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { frames } = worlds(list).at(-1) ?? never();
        const once = run(open, events(...frames));
        expect(run(open, events(...frames.flatMap((frame) => [frame, frame])))).toEqual(once);
      }),
    );
  });
});

describe("an own message", () => {
  const mine = message(1, { sender_id: ME });
  const entry = {
    clientId: mine.client_id,
    conversationId: TALK,
    text: mine.text,
    replyTo: null,
    uploads: [],
    queuedAt: at(1),
    state: "waiting",
    error: null,
  } as const;
  const queued = run(open, { type: "queued", entry });
  const reply: Action = { type: "sent", message: mine };
  const event = events(sent(11, mine));

  it("is one message when its event comes before the reply", () => {
    const state = run(queued, event, reply);
    expect(texts(state)).toEqual([mine.text]);
    expect(state.outbox).toEqual([]);
  });

  it("is one message when the reply comes before its event", () => {
    const state = run(queued, reply, event);
    expect(state).toEqual(run(queued, event, reply));
  });

  it("is confirmed by its event alone, as after a lost reply", () => {
    const state = run(queued, event);
    expect(state.outbox).toEqual([]);
    expect(texts(state)).toEqual([mine.text]);
  });

  it("whose reply overtook somebody else's message stands behind it", () => {
    const second = message(2, { sender_id: ME });
    const state = run(
      open,
      { type: "sent", message: second },
      events(sent(11, message(1))),
      events(sent(12, second)),
    );
    expect(texts(state)).toEqual(["message 1", "message 2"]);
  });

  it("counts nothing as unread, but what it overtook", () => {
    const state = run(
      open,
      { type: "sent", message: message(2, { sender_id: ME }) },
      events(sent(11, message(1))),
    );
    expect(talkOf(state).unread).toBe(1);
  });

  it("does not confirm a message of somebody else that carries the same client id", () => {
    const state = run(queued, events(sent(11, { ...mine, sender_id: ADA })));
    expect(state.outbox).toHaveLength(1);
  });
});

describe("conversations", () => {
  const removed: EventFrame = {
    event: "member.removed",
    pos: 20,
    data: { conversation_id: TALK, user_id: ME, removed_by: ADA, member_count: 1, rev: 5 },
  };

  it("one that I am removed from is gone with its messages", () => {
    const state = run(open, events(removed));
    expect(state.conversations.byId[TALK]).toBeUndefined();
    expect(state.timelines[TALK]).toBeUndefined();
  });

  it("an answer that is older than my removal does not bring it back", () => {
    const state = run(open, events(removed), {
      type: "conversations",
      conversations: [conversation({ rev: 4 })],
    });
    expect(state.conversations.byId[TALK]).toBeUndefined();
  });

  it("one that I am added to again is there again", () => {
    const state = run(open, events(removed), {
      type: "conversations",
      conversations: [conversation({ rev: 6 })],
    });
    expect(state.conversations.byId[TALK]).toBeDefined();
  });

  it("a created one appears with nothing read and nothing unread", () => {
    const id = "00000000-0000-4000-8000-0000000000c2";
    const state = run(
      start,
      events({
        event: "conversation.created",
        pos: 11,
        data: {
          conversation_id: id,
          kind: "direct",
          title: null,
          member_ids: [ME, ADA],
          created_by: ADA,
          created_at: at(1),
          rev: 1,
        },
      }),
    );
    expect(state.conversations.byId[id]).toMatchObject({ unread: 0, last_seq: 0, member_count: 2 });
  });

  it("reading in the middle leaves as unread what others wrote behind it", () => {
    const said = [message(1), message(2, { sender_id: ME }), message(3), message(4)];
    const full = run(open, events(...said.map((one, index) => sent(11 + index, one))));
    expect(talkOf(run(full, { type: "read", conversationId: TALK, readSeq: 1 })).unread).toBe(2);
  });

  it("a read position never goes back", () => {
    const full = run(open, events(sent(11, message(1)), sent(12, message(2))), {
      type: "read",
      conversationId: TALK,
      readSeq: 2,
    });
    expect(talkOf(run(full, { type: "read", conversationId: TALK, readSeq: 1 })).read_seq).toBe(2);
  });
});

describe("a stretch of messages", () => {
  it("holds what arrives while its first page is on its way", () => {
    const state = run(
      start,
      { type: "timeline_opening", conversationId: TALK },
      events(sent(11, message(2))),
      page([message(1)]),
    );
    expect(texts(state)).toEqual(["message 1", "message 2"]);
  });

  it("that lies in the past takes nothing from the end until it reaches it", () => {
    const state = run(start, page([message(1), message(2)], false, true), events(sent(11, message(9))));
    expect(texts(state)).toEqual(["message 1", "message 2"]);
  });

  it("has to load what a snapshot knows and it does not", () => {
    const state = run(open, page([message(1)]), {
      type: "snapshot",
      snapshot: snapshot(50, [conversation({ last_seq: 7 })]),
    });
    expect(state.timelines[TALK]?.moreAfter).toBe(true);
  });

  it("keeps its place when pages come at both ends, overlapping", () => {
    const state = run(
      start,
      page([message(3), message(4)], true, true),
      {
        type: "page_before",
        conversationId: TALK,
        page: { messages: [message(1), message(2), message(3)], more_before: false, more_after: true },
      },
      {
        type: "page_after",
        conversationId: TALK,
        page: { messages: [message(4), message(5)], more_before: true, more_after: false },
      },
    );
    expect(texts(state)).toEqual([1, 2, 3, 4, 5].map((seq) => `message ${seq}`));
    expect(state.timelines[TALK]).toMatchObject({ moreBefore: false, moreAfter: false });
  });

  it("is in order whatever the order in which its messages arrive", () => {
    const said = Array.from({ length: 12 }, (_, index) => message(index + 1));
    fc.assert(
      fc.property(fc.shuffledSubarray(said, { minLength: 12 }), (order) => {
        const state = run(open, ...order.map((one, index) => events(sent(index + 1, one))));
        expect(visible(state.timelines[TALK] ?? never())).toEqual(said);
      }),
    );
  });
});
