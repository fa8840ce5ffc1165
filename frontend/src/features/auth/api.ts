import { answerOf, rest } from "@/lib/http";
import type { components } from "@/types/rest";

export type LoggedIn = components["schemas"]["LoginReply"];
export type Credentials = { username: string; password: string };
export type Account = Credentials & { display_name: string | null };

export const login = (credentials: Credentials): Promise<LoggedIn> =>
  answerOf(rest.POST("/api/v1/auth/login", { body: { ...credentials, session: "cookie" } }));

export const register = (account: Account): Promise<LoggedIn> =>
  answerOf(rest.POST("/api/v1/auth/register", { body: { ...account, session: "cookie" } }));

export const refresh = (): Promise<LoggedIn> => answerOf(rest.POST("/api/v1/auth/refresh", { body: {} }));

export async function logout(): Promise<void> {
  await answerOf(rest.POST("/api/v1/auth/logout", { body: {} }));
}

export async function logoutEverywhere(token: string): Promise<void> {
  await answerOf(
    rest.POST("/api/v1/auth/logout-everywhere", { headers: { Authorization: `Bearer ${token}` } }),
  );
}
