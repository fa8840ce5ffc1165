// Who is logged in on this page. The access token lives in memory only; the refresh token is a cookie that no script
// can read (docs/page.md, "Tokens").

import * as api from "@/features/auth/api";
import { WarrenError } from "@/lib/errors";
import type { User } from "@/lib/frames";
import { load, remove, save } from "@/lib/storage";

/** Says that a refresh cookie probably exists, and whose: spares a visitor a refused request. */
const HINT = "warren.session";
const LOCK = "warren.refresh";
/** A token this close to its end is not handed out any more. */
const MARGIN_MS = 20_000;

interface Held {
  token: string;
  expiresAt: number;
}

let held: Held | null = null;
let refreshing: Promise<User> | null = null;

export const hinted = (): boolean => load(HINT) !== null;

function keep(reply: api.LoggedIn): User {
  held = { token: reply.access_token, expiresAt: Date.now() + reply.expires_in * 1000 };
  save(HINT, reply.user.id);
  return reply.user;
}

export function forget(): void {
  held = null;
  remove(HINT);
}

/** Tabs take turns: two rotations of one cookie at once would look like a stolen token. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return work();
  return navigator.locks.request(LOCK, work) as Promise<T>;
}

/** A new access token by the cookie. Rejects with code `refresh_rejected` when the session is over. */
export function refresh(): Promise<User> {
  refreshing ??= inTurn(api.refresh)
    .then(keep, (error: unknown) => {
      throw isOver(error) ? new WarrenError("refresh_rejected", (error as WarrenError).message) : error;
    })
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

const OVER = new Set(["refresh_rejected", "not_authenticated", "account_disabled", "invalid_request"]);
const isOver = (error: unknown): boolean => error instanceof WarrenError && OVER.has(error.code);

export async function accessToken({ fresh }: { fresh: boolean }): Promise<string> {
  if (fresh || !held || held.expiresAt - Date.now() < MARGIN_MS) await refresh();
  if (!held) throw new WarrenError("refresh_rejected", "This session has ended.");
  return held.token;
}

/** Milliseconds until the access token should be renewed; null without one. */
export function renewIn(): number | null {
  return held ? Math.max(0, (held.expiresAt - Date.now()) * 0.8) : null;
}

export async function login(credentials: api.Credentials): Promise<User> {
  return keep(await api.login(credentials));
}

export async function register(account: api.Account): Promise<User> {
  return keep(await api.register(account));
}

export async function logout(): Promise<void> {
  forget();
  await api.logout();
}

export async function logoutEverywhere(): Promise<void> {
  const token = await accessToken({ fresh: false });
  await api.logoutEverywhere(token);
  forget();
}

/** Calls back when another tab logs in or out. */
export function onOtherTab(changed: (userId: string | null) => void): () => void {
  const listener = (event: StorageEvent) => {
    if (event.key === HINT) changed(event.newValue);
  };
  window.addEventListener("storage", listener);
  return () => window.removeEventListener("storage", listener);
}
