import type { User } from "@/lib/frames";
import { post } from "@/lib/http";
import type { Schemas } from "@/types/socket";

/** What a login answers when the refresh token travels in the cookie. */
export type LoggedIn = Omit<Schemas["LoggedIn"], "refresh_token" | "refresh_expires_in"> & { user: User };

export const login = (credentials: { username: string; password: string }): Promise<LoggedIn> =>
  post("/auth/login", { ...credentials, session: "cookie" });

export const register = (account: {
  username: string;
  password: string;
  display_name?: string;
}): Promise<LoggedIn> => post("/auth/register", { ...account, session: "cookie" });

export const refresh = (): Promise<LoggedIn> => post("/auth/refresh", {});

export const logout = (): Promise<void> => post("/auth/logout", {});

export const logoutEverywhere = (token: string): Promise<void> => post("/auth/logout-everywhere", {}, token);
