import { call, knowPeople, read } from "@/app/runtime";
import { dispatch } from "@/app/store";
import type { Conversation, Member } from "@/lib/frames";
import { uuid } from "@/lib/ids";

function known(conversation: Conversation): Conversation {
  dispatch({ type: "conversations", conversations: [conversation] });
  knowPeople(conversation.member_ids);
  return conversation;
}

/** Asks for a conversation that the page does not know; rejects with `not_found` where it is not ours to see. */
export const fetchConversation = async (id: string): Promise<Conversation> =>
  known(await read("conversation.get", { conversation_id: id }));

/** The direct conversation with this person, new or as it was. */
export async function openDirect(userId: string): Promise<Conversation> {
  const reply = await call("conversation.create", {
    kind: "direct",
    member_ids: [userId],
    client_id: uuid(),
  });
  return known(reply.conversation);
}

export async function createGroup(
  title: string | null,
  memberIds: string[],
  clientId: string,
): Promise<Conversation> {
  const reply = await call("conversation.create", {
    kind: "group",
    title,
    member_ids: memberIds,
    client_id: clientId,
  });
  return known(reply.conversation);
}

export const rename = async (id: string, title: string): Promise<Conversation> =>
  known(await call("conversation.update", { conversation_id: id, title }));

export const addMembers = async (id: string, userIds: string[]): Promise<Conversation> =>
  known(await call("member.add", { conversation_id: id, user_ids: userIds }));

export async function removeMember(id: string, userId: string): Promise<void> {
  await call("member.remove", { conversation_id: id, user_id: userId });
}

/** All members; a group has at most 500 (contracts/message.py), which are three pages. */
export async function allMembers(id: string): Promise<Member[]> {
  const members: Member[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: { members: Member[]; next: string | null } = await read("member.list", {
      conversation_id: id,
      ...(cursor ? { cursor } : {}),
    });
    members.push(...page.members);
    cursor = page.next;
  }
  knowPeople(members.map((member) => member.user_id));
  return members;
}
