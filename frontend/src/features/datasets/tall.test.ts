import { describe, expect, it } from "vitest";
import { revealed, rowsAt, tallOf } from "@/features/datasets/tall";

describe("rows in a tall scroller", () => {
  it("move pixel by pixel while all of them fit", () => {
    expect(tallOf(1000, 32, 320)).toEqual({ height: 32_000, most: 31_680, scale: 1 });
  });

  it("all are reached when they do not fit", () => {
    const { height, most, scale } = tallOf(10_000_000, 32, 320);
    expect(height).toBeLessThan(17_000_000);
    const top = (height - 320) * scale;
    expect(top).toBeCloseTo(most);
    expect(rowsAt(most, 32, 320, 10_000_000)).toEqual({ from: 9_999_990, to: 10_000_000 });
  });

  it("that are few do not move", () => {
    expect(tallOf(3, 32, 320)).toEqual({ height: 96, most: 0, scale: 1 });
    expect(rowsAt(0, 32, 320, 3)).toEqual({ from: 0, to: 3 });
  });

  it("are moved only as far as one of them needs", () => {
    expect(revealed(5, 0, 32, 320)).toBe(0);
    expect(revealed(10, 0, 32, 320)).toBe(32);
    expect(revealed(2, 320, 32, 320)).toBe(64);
  });
});
