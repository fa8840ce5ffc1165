import { describe, expect, it } from "vitest";
import { ago, clock, day, shortClock } from "@/lib/time";

const NOW = new Date(2026, 10, 21, 15, 30);
const before = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("how long ago", () => {
  it.each([
    [0.2, "now"],
    [12, "12 min. ago"],
    [90, "2:00 PM"],
    [24 * 60, "Fri"],
    [20 * 24 * 60, "Nov 1"],
    [400 * 24 * 60, "Oct 17, 2025"],
  ])("%d minutes are %j", (minutes, expected) => {
    expect(plain(ago(before(minutes), NOW, "en-US"))).toBe(expected);
  });

  it("is told in French to who reads French", () => {
    expect(plain(ago(before(12), NOW, "fr"))).toBe("il y a 12 min");
  });
});

describe("the line between days", () => {
  it.each([
    [0, "en", "Today"],
    [1, "en", "Yesterday"],
    [1, "fr", "Hier"],
    [3, "en-GB", "Wednesday 18 November"],
  ])("%d days ago in %s is %j", (days, language, expected) => {
    expect(plain(day(before(days * 24 * 60), NOW, language)).replace(",", "")).toBe(expected);
  });

  it("counts days by the calendar, not by hours", () => {
    expect(day(new Date(2026, 10, 20, 23, 59), new Date(2026, 10, 21, 0, 1), "en")).toBe("Yesterday");
  });
});

describe("the time of day", () => {
  it("leaves AM and PM out where a full time stands near", () => {
    expect(plain(clock(NOW, "en-US"))).toBe("3:30 PM");
    expect(plain(shortClock(NOW, "en-US"))).toBe("3:30");
    expect(shortClock(NOW, "fr")).toBe("15:30");
  });
});
