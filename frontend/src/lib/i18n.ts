import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { usePreferences } from "@/lib/preferences";
import type data from "@/locales/data.en.json";
import en from "@/locales/en.json";
import type work from "@/locales/work.en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "page";
    resources: { page: typeof en & typeof work & typeof data };
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
    const parts = [
      import("@/locales/fr.json"),
      import("@/locales/work.fr.json"),
      import("@/locales/data.fr.json"),
    ];
    const catalogs = (await Promise.all(parts)).map((part) => part.default);
    i18next.addResourceBundle("fr", "page", Object.assign({}, ...catalogs));
  }
  await i18next.changeLanguage(regional(language));
  document.documentElement.lang = i18next.language;
}

/** A part of the page that the first load does without, and the sentences for it (`locales/work.*.json`, `data.*.json`). */
export async function withWords<T>(part: Promise<T>): Promise<T> {
  const [loaded, work, data] = await Promise.all([
    part,
    import("@/locales/work.en.json"),
    import("@/locales/data.en.json"),
  ]);
  i18next.addResourceBundle("en", "page", { ...work.default, ...data.default }, true, true);
  return loaded;
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
