import createClient from "openapi-fetch";
import { WarrenError } from "@/lib/errors";
import type { components, paths } from "@/types/rest";

const client = createClient<paths>({ credentials: "same-origin" });

type Problem = Partial<components["schemas"]["Problem"]> & { retry_after_ms?: number };

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function failure(problem: Problem, response: Response): WarrenError {
  const requestId = problem.request_id ?? response.headers.get("X-Request-Id");
  const code = problem.code ?? (response.status >= 500 ? "unavailable" : "internal");
  const retryAfterMs = problem.retry_after_ms ?? null;
  return new WarrenError(code, problem.detail ?? response.statusText, { requestId, retryAfterMs });
}

/** The data of an answer. Rejects with a WarrenError: the problem's code, or `network` when nobody answered. */
export async function answerOf<T>(asking: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asking.catch(() => {
    throw new WarrenError("network", "The server cannot be reached.");
  });
  if (response.ok) return data as T;
  throw failure(typeof error === "object" && error !== null ? (error as Problem) : {}, response);
}

export const rest = client;
