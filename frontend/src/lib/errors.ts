/** A failure with a code of `contracts/errors.py`, or one of ours: `disconnected`, `timeout`, `network`. */
export class WarrenError extends Error {
  readonly code: string;
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;

  constructor(
    code: string,
    message: string,
    details: { requestId?: string | null; retryAfterMs?: number | null } = {},
  ) {
    super(message);
    this.name = "WarrenError";
    this.code = code;
    this.requestId = details.requestId ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** Nothing is wrong with the request itself: the same one may succeed a moment later. */
const PASSING = new Set([
  "disconnected",
  "timeout",
  "network",
  "busy",
  "unavailable",
  "deadline_exceeded",
  "rate_limited",
]);

export const isPassing = (error: unknown): boolean => error instanceof WarrenError && PASSING.has(error.code);

export const asWarrenError = (error: unknown): WarrenError =>
  error instanceof WarrenError
    ? error
    : new WarrenError("internal", error instanceof Error ? error.message : String(error));
