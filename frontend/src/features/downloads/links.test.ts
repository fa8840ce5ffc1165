import { describe, expect, it } from "vitest";
import { datasetNameOf, fileNameOf, likely, linksOf, onlyLinks } from "@/features/downloads/links";

describe("links", () => {
  it("are taken out of a list, each once", () => {
    const text = "https://a.example/1\n\n# notes\nhttps://a.example/1\r\n  http://b.example/2 \nnothing";
    expect(linksOf(text)).toEqual({ links: ["https://a.example/1", "http://b.example/2"], others: 1 });
  });

  it.each([
    ["https://a.example/x.csv", 1],
    ["  https://a.example/x.csv https://a.example/y.csv\n", 2],
    ["Look at https://a.example/x.csv", 0],
    ["ftp://a.example/x.csv", 0],
    ["https://", 0],
    ["", 0],
  ])("of the message %j are %j", (text, count) => {
    expect(onlyLinks(text)).toHaveLength(count);
  });

  it.each([
    ["https://a.example/data/sales%202026.csv.gz?token=1", "sales 2026.csv.gz", "sales 2026"],
    ["https://a.example/", "a.example", "a.example"],
    ["https://a.example/%E0%A4%A", "%E0%A4%A", "%E0%A4%A"],
  ])("%j name the file %j and the dataset %j", (link, file, dataset) => {
    expect([fileNameOf(link), datasetNameOf(link)]).toEqual([file, dataset]);
  });

  it.each([
    [["https://a.example/x.csv", "https://a.example/y.parquet"], "import"],
    [["https://a.example/x.JPG"], "smaller"],
    [["https://a.example/x.csv", "https://a.example/y.jpg"], "nothing"],
    [[], "nothing"],
  ])("%j most likely are for %j", (links, then) => {
    expect(likely(links)).toBe(then);
  });
});
