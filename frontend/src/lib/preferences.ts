import { create } from "zustand";
import { load, save } from "@/lib/storage";

export type Theme = "system" | "light" | "dark";
export type Language = "system" | "en" | "fr";
/** Which key sends; the other one breaks the line. */
export type SendKey = "enter" | "mod-enter";

interface Preferences {
  theme: Theme;
  language: Language;
  sendKey: SendKey;
  /** Whether pictures in the compose box are made smaller before they are posted. */
  smaller: boolean;
}

const KEYS = {
  theme: "warren.theme",
  language: "warren.language",
  sendKey: "warren.send-key",
  smaller: "warren.smaller",
} as const;

export const usePreferences = create<Preferences>(() => ({
  theme: (load(KEYS.theme) as Theme | null) ?? "system",
  language: (load(KEYS.language) as Language | null) ?? "system",
  sendKey: (load(KEYS.sendKey) as SendKey | null) ?? "enter",
  smaller: load(KEYS.smaller) === "true",
}));

export function prefer<Name extends keyof Preferences>(name: Name, value: Preferences[Name]): void {
  save(KEYS[name], String(value));
  usePreferences.setState({ [name]: value });
  if (name === "theme") window.dispatchEvent(new Event("warren:theme"));
}
