import { read } from "@/app/runtime";
import { dispatch } from "@/app/store";
import type { User } from "@/lib/frames";

const PAGE = 30;

/** People whose user or display name contains `q`. */
export async function searchPeople(q: string): Promise<User[]> {
  const { users } = await read("user.list", { q, limit: PAGE });
  dispatch({ type: "people", users });
  return users;
}
