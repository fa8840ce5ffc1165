// Sends what waits in the outbox: one unanswered message per conversation, in the order of writing, each under its
// `client_id` until there is an answer (the server takes a repeat for the same message, for ever).

import type { Action, ChatState } from "@/app/state";
import { type OutboxEntry, waiting } from "@/features/messages/outbox";
import { filesFor } from "@/features/uploads/state";
import { asWarrenError, isPassing, WarrenError } from "@/lib/errors";
import type { Reply, RequestData } from "@/lib/frames";

export interface SenderDeps {
  state: () => ChatState;
  dispatch: (action: Action) => void;
  send: (data: RequestData<"message.send">) => Promise<Reply<"message.send">>;
  ready: () => Promise<void>;
  pause: (ms: number) => Promise<void>;
}

/** Answers like `busy` before a message counts as failed: 0.5 + 1 + 2 + 4 s. */
const MOST_REFUSALS = 4;
const FIRST_PAUSE_MS = 500;

export class Sender {
  private readonly deps: SenderDeps;
  private readonly running = new Set<string>();
  private stopped = false;

  constructor(deps: SenderDeps) {
    this.deps = deps;
  }

  /** Starts on every conversation that has something waiting and nobody at work. */
  wake(): void {
    for (const { conversationId } of waiting(this.deps.state().outbox)) {
      if (!this.running.has(conversationId)) void this.work(conversationId);
    }
  }

  stop(): void {
    this.stopped = true;
  }

  private async work(conversationId: string): Promise<void> {
    this.running.add(conversationId);
    for (let entry = this.next(conversationId); entry && !this.stopped; entry = this.next(conversationId)) {
      const files = filesFor(this.deps.state().uploads, entry.uploads);
      // It holds up what stands behind it; `wake` comes with the next file that is stored.
      if (files === null) break;
      if (files === "stuck") this.fail(entry, new WarrenError("file_not_uploaded", ""));
      else await this.deliver(entry, files);
    }
    this.running.delete(conversationId);
  }

  private next(conversationId: string): OutboxEntry | undefined {
    return waiting(this.deps.state().outbox).find((entry) => entry.conversationId === conversationId);
  }

  private async deliver(entry: OutboxEntry, files: string[]): Promise<void> {
    for (let refusals = 0; !this.stopped; ) {
      await this.deps.ready();
      if (this.stopped || !this.stillWaiting(entry)) return;
      const error = await this.attempt(entry, files);
      if (error === null) return;
      if (!isPassing(error)) return this.fail(entry, error);
      if (error.code === "disconnected") continue;
      if (refusals === MOST_REFUSALS) return this.giveUp(entry, error);
      await this.deps.pause(error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** refusals);
      refusals++;
    }
  }

  private stillWaiting(entry: OutboxEntry): boolean {
    return waiting(this.deps.state().outbox).some((one) => one.clientId === entry.clientId);
  }

  private async attempt(entry: OutboxEntry, files: string[]): Promise<WarrenError | null> {
    try {
      const { message } = await this.deps.send({
        conversation_id: entry.conversationId,
        client_id: entry.clientId,
        text: entry.text,
        reply_to: entry.replyTo,
        file_ids: files,
      });
      this.deps.dispatch({ type: "sent", message });
      return null;
    } catch (error) {
      return asWarrenError(error);
    }
  }

  private fail(entry: OutboxEntry, error: WarrenError): void {
    this.deps.dispatch({ type: "send_failed", clientId: entry.clientId, error: brief(error) });
  }

  private giveUp(entry: OutboxEntry, error: WarrenError): void {
    this.deps.dispatch({
      type: "conversation_stuck",
      conversationId: entry.conversationId,
      error: brief(error),
    });
  }
}

const brief = (error: WarrenError) => ({ code: error.code, requestId: error.requestId });
