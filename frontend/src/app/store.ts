import { create } from "zustand";
import { type Action, type ChatState, EMPTY, reduce } from "@/app/state";
import type { Status } from "@/lib/socket";

/**
 * `starting`: not known yet whether a session exists. `ended`: it was there and is over, which the login page says.
 * `refused`: the server takes no cookie from a page at this address (its WARREN_PUBLIC_URL is another one).
 */
export type Phase = "starting" | "in" | "out" | "ended" | "refused";

interface Store {
  chat: ChatState;
  phase: Phase;
  status: Status;
}

export const useStore = create<Store>(() => ({
  chat: EMPTY,
  phase: "starting",
  status: { name: "connecting" },
}));

export const getChat = (): ChatState => useStore.getState().chat;

export function dispatch(action: Action): void {
  useStore.setState(({ chat }) => ({ chat: reduce(chat, action) }));
}

export const useChat = <T>(select: (chat: ChatState) => T): T => useStore((store) => select(store.chat));

export const useMe = (): string => useStore((store) => store.chat.me?.id ?? "");
