import type { User } from "@/lib/frames";

/**
 * Whether a person found for an earlier query belongs to this one (lower case) too. Enter chooses what is shown, so
 * until the server has answered, nothing may be shown that does not fit what was typed.
 */
export const fits = (query: string, user: Pick<User, "display_name" | "username">): boolean =>
  query !== "" && [user.display_name, user.username].some((name) => name.toLocaleLowerCase().includes(query));
