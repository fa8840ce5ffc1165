import { describe, expect, it } from "vitest";
import { saidAs, sentencesOf, valuesOf } from "@/lib/told";
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

  it.each([
    ["The dataset has no column for 'col 3' of the file.", { name: "col 3" }],
    [`The file has no column named "it's".`, { name: "it's" }],
    ["3 rows are bad; 2 are allowed.", { first: "3", second: "2" }],
    ["The dataset has another key: id, day.", { rest: "id, day" }],
    ["The server answered 503 Service Unavailable.", { first: "503" }],
  ])("%j fills in %j", (sentence, values) => {
    expect(valuesOf(sentence)).toMatchObject(values);
  });
});
