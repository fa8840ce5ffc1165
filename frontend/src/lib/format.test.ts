import { describe, expect, it } from "vitest";
import { bytes, duration, percent, saved } from "@/lib/format";

const plain = (text: string) => text.replaceAll(/\s/g, " ");

describe("sizes", () => {
  it.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1500, "2 kB"],
    [999_960, "1.0 MB"],
    [3_140_000, "3.1 MB"],
    [512_000_000, "512 MB"],
    [2_500_000_000, "2.5 GB"],
  ])("%d reads as %s", (count, text) => expect(plain(bytes(count, "en"))).toBe(text));

  it("are octets in French", () => expect(plain(bytes(3_140_000, "fr"))).toBe("3,1 Mo"));
});

describe("what was saved", () => {
  it("is less, more or nothing", () => {
    expect(saved(1000, 390, "en")).toBe("-61%");
    expect(saved(1000, 1100, "en")).toBe("+10%");
    expect(saved(1000, 998, "en")).toBe("-0.2%");
    expect(saved(0, 0, "en")).toBe("0%");
  });

  it("a part is never rounded up to the whole", () => expect(percent(99.7, "en")).toBe("99%"));
});

describe("durations", () => {
  it.each([
    [0, "0:00"],
    [12.4, "0:12"],
    [125, "2:05"],
    [3727, "1:02:07"],
  ])("%d s is %s", (seconds, text) => expect(duration(seconds)).toBe(text));
});
