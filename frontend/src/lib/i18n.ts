import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { usePreferences } from "@/lib/preferences";
import en from "@/locales/en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "page";
    resources: { page: typeof en };
  }
}

const LANGUAGES = ["en", "fr"] as const;

/** The language that was chosen, otherwise the first of the browser's that there is a catalog for. */
export function chosenLanguage(wanted: string, browser: readonly string[]): "en" | "fr" {
  const candidates = wanted === "system" ? browser.map((one) => one.slice(0, 2).toLowerCase()) : [wanted];
  return (
    LANGUAGES.find((language) => language === candidates.find((one) => LANGUAGES.some((l) => l === one))) ??
    "en"
  );
}

/** With the browser's region, where it has one for this language: dates and times differ between en-US and en-GB. */
function regional(language: "en" | "fr"): string {
  return navigator.languages.find((one) => one.slice(0, 2).toLowerCase() === language) ?? language;
}

async function use(language: "en" | "fr"): Promise<void> {
  if (language === "fr" && !i18next.hasResourceBundle("fr", "page")) {
    i18next.addResourceBundle("fr", "page", (await import("@/locales/fr.json")).default);
  }
  await i18next.changeLanguage(regional(language));
  document.documentElement.lang = i18next.language;
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { page: en } },
    ns: ["page"],
    defaultNS: "page",
    lng: "en",
    load: "languageOnly",
    fallbackLng: "en",
    keySeparator: ".",
    interpolation: { escapeValue: false },
  });
  const choose = () => use(chosenLanguage(usePreferences.getState().language, navigator.languages));
  usePreferences.subscribe((now, before) => now.language !== before.language && void choose());
  await choose();
}
