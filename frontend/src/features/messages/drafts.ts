import { keys, load, remove, save } from "@/lib/storage";

const key = (userId: string, conversationId: string): string => `warren.draft.${userId}.${conversationId}`;

export const loadDraft = (userId: string, conversationId: string): string =>
  load(key(userId, conversationId)) ?? "";

export function saveDraft(userId: string, conversationId: string, text: string): void {
  if (text.trim() === "") remove(key(userId, conversationId));
  else save(key(userId, conversationId), text);
}

export function forgetDrafts(userId: string): void {
  for (const one of keys(`warren.draft.${userId}.`)) remove(one);
}
