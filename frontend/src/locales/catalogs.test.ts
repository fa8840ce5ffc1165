import { describe, expect, it } from "vitest";
import { chosenLanguage } from "@/lib/i18n";
import { SHORTCUTS } from "@/lib/shortcuts";
import dataEn from "@/locales/data.en.json";
import dataFr from "@/locales/data.fr.json";
import pageEn from "@/locales/en.json";
import pageFr from "@/locales/fr.json";
import workEn from "@/locales/work.en.json";
import workFr from "@/locales/work.fr.json";

const en = { ...pageEn, work: workEn, data: dataEn };
const fr = { ...pageFr, work: workFr, data: dataFr };

function entries(catalog: object, path = ""): [string, string][] {
  return Object.entries(catalog).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value] as [string, string]] : entries(value, `${path}${key}.`),
  );
}

const names = (text: string) => [...text.matchAll(/\{\{(\w+)(?:, \w+)?\}\}/g)].map(([, name]) => name).sort();

describe("the catalogs", () => {
  it("have the same keys, but for the plural of millions, which only French has", () => {
    const keys = entries(fr).map(([key]) => key);
    expect(keys.filter((key) => !key.endsWith("_many"))).toEqual(entries(en).map(([key]) => key));
  });

  it("fill the same values into the same sentences", () => {
    const french = new Map(entries(fr));
    for (const [key, text] of entries(en)) expect(names(french.get(key) ?? ""), key).toEqual(names(text));
  });

  it("describe every shortcut", () => {
    for (const id of Object.keys(SHORTCUTS)) expect(en.shortcuts).toHaveProperty(id);
  });

  it("have no section in common", () => {
    const sections = [pageEn, workEn, dataEn].flatMap((catalog) => Object.keys(catalog));
    expect(sections).toEqual([...new Set(sections)]);
  });
});

describe("the language", () => {
  it.each([
    ["system", ["fr-CA", "en-US"], "fr"],
    ["system", ["de-DE", "fr"], "fr"],
    ["system", ["de-DE"], "en"],
    ["en", ["fr-FR"], "en"],
  ] as const)("chosen %j with a browser of %j is %j", (wanted, browser, expected) => {
    expect(chosenLanguage(wanted, browser)).toBe(expected);
  });
});
