// Unconfirmed messages survive a reload: one key per message, so that two tabs never overwrite each other's.

import type { OutboxEntry, OutboxState } from "@/features/messages/outbox";
import { keys, loadJson, remove, saveJson } from "@/lib/storage";

const prefix = (userId: string): string => `warren.outbox.${userId}.`;

export function loadOutbox(userId: string): OutboxState {
  return keys(prefix(userId))
    .map((key) => loadJson<OutboxEntry>(key))
    .filter((entry): entry is OutboxEntry => entry !== null)
    .map((entry) => ({ ...entry, uploads: entry.uploads ?? [] }))
    .sort((one, other) => (one.queuedAt < other.queuedAt ? -1 : 1));
}

/** Writes what changed between two states of the outbox. */
export function saveOutbox(userId: string, before: OutboxState, after: OutboxState): void {
  const kept = new Set(after.map((entry) => entry.clientId));
  for (const entry of before) if (!kept.has(entry.clientId)) remove(prefix(userId) + entry.clientId);
  for (const entry of after) if (!before.includes(entry)) saveJson(prefix(userId) + entry.clientId, entry);
}

export function forgetOutbox(userId: string): void {
  for (const key of keys(prefix(userId))) remove(key);
}
