import { WarrenError } from "@/lib/errors";

interface Problem {
  code?: string;
  detail?: string;
  title?: string;
  request_id?: string;
  retry_after_ms?: number;
}

async function problemOf(response: Response): Promise<WarrenError> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const requestId = problem.request_id ?? response.headers.get("X-Request-Id");
  const message = problem.detail ?? problem.title ?? response.statusText;
  const fallback = response.status >= 500 ? "unavailable" : "internal";
  return new WarrenError(problem.code ?? fallback, message, { requestId, retryAfterMs: problem.retry_after_ms ?? null });
}

/** POSTs JSON to the REST API. Rejects with a WarrenError: the problem's code, or `network` when nobody answered. */
export async function post<T>(path: string, body: object, token?: string): Promise<T> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const request = fetch(`/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
  const response = await request.catch(() => {
    throw new WarrenError("network", "The server cannot be reached.");
  });
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json().catch(() => undefined)) as T;
}
