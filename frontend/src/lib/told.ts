import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type en from "@/locales/work.en.json";

type Said = keyof typeof en.said;

const NUMBER = /\d+(?:\.\d+)?/g;

/** The server's sentence as the catalog knows it: "writing 1 of 3" is `writing_n_of_n`, with the values 1 and 3. */
export function saidAs(sentence: string): { key: string; values: { first: string; second: string } } {
  const words =
    sentence
      .replace(NUMBER, "n")
      .toLowerCase()
      .match(/[a-z]+/g) ?? [];
  const [first = "", second = ""] = sentence.match(NUMBER) ?? [];
  return { key: words.join("_"), values: { first, second } };
}

const QUOTED = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/;

/** What a sentence of the server fills in: two numbers, the first quoted name, and what it says behind a colon. */
export function valuesOf(sentence: string): { first: string; second: string; name: string; rest: string } {
  const [, single, double] = QUOTED.exec(sentence) ?? [];
  const [, rest = ""] = /: (.*?)\.*$/s.exec(sentence) ?? [];
  return { ...saidAs(sentence).values, name: single ?? double ?? "", rest };
}

/** Several sentences in a row are told one by one. */
export const sentencesOf = (text: string): string[] => text.split(/(?<=\.) (?=[A-Z])/);

/**
 * What the server says of a job, in the reader's language: notes of the timeline and of progress, and why an original was
 * kept. A sentence that no catalog knows stays as it is. What the server can say is compared with the catalogs by
 * `jobs/tests/test_what_the_page_can_translate.py`.
 */
export function useTold(): (text: string) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (text) =>
      sentencesOf(text)
        .map((sentence) => {
          const { key, values } = saidAs(sentence);
          return i18n.exists(`said.${key}`) ? t(`said.${key as Said}`, values) : sentence;
        })
        .join(" "),
    [t, i18n],
  );
}
