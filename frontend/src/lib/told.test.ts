import { describe, expect, it } from "vitest";
import { saidAs, sentencesOf } from "@/lib/told";
import en from "@/locales/work.en.json";

const filled = (text: string, values: Record<string, string>) =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? "");

describe("what the server says", () => {
  it.each([
    ["writing 1 of 3", "writing_n_of_n", { first: "1", second: "3" }],
    [
      "Kept the original: it has only 0.4 bits per pixel.",
      "kept_the_original_it_has_only_n_bits_per_pixel",
      { first: "0.4", second: "" },
    ],
    ["failed, will be tried again", "failed_will_be_tried_again", { first: "", second: "" }],
  ])("%j is known as %j", (sentence, key, values) => {
    expect(saidAs(sentence)).toEqual({ key, values });
    expect(filled(en.said[key as keyof typeof en.said], values)).toBe(sentence);
  });

  it("is told sentence by sentence", () => {
    expect(
      sentencesOf("Kept the original: it has only 0.4 bits per pixel. Its metadata was removed."),
    ).toEqual(["Kept the original: it has only 0.4 bits per pixel.", "Its metadata was removed."]);
  });

  it("has in English the words that it is known by", () => {
    for (const [key, text] of Object.entries(en.said))
      expect(saidAs(filled(text, { first: "7", second: "8" })).key).toBe(key);
  });
});
