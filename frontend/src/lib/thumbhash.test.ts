import { describe, expect, it } from "vitest";
import { decodeThumbHash } from "@/lib/thumbhash";

/** A hash of one color without any waves: weights of 7.5 do not exist, so their scales are 0. */
function flat({
  light,
  yellow = 31.5,
  red = 31.5,
  landscape = false,
  lx = 7,
}: Record<string, number | boolean>) {
  const head = Number(light) | (Math.round(Number(yellow)) << 6) | (Math.round(Number(red)) << 12);
  const tail = Number(lx) | (landscape ? 1 << 15 : 0);
  const bytes = [head & 255, (head >> 8) & 255, head >> 16, tail & 255, tail >> 8, ...Array(24).fill(0x77)];
  return btoa(String.fromCharCode(...bytes));
}

const pixel = (hash: string) => [...(decodeThumbHash(hash)?.rgba.slice(0, 4) ?? [])];

describe("a ThumbHash", () => {
  it("of white, gray and black is that, opaque", () => {
    for (const light of [63, 32, 0]) {
      const [red = -1, green = -1, blue = -1, alpha] = pixel(flat({ light }));
      const wanted = (light / 63) * 255;
      for (const part of [red, green, blue]) expect(Math.abs(part - wanted)).toBeLessThan(10);
      expect(alpha).toBe(255);
    }
  });

  it("of a warm color has more red than blue", () => {
    const [red = 0, , blue = 0] = pixel(flat({ light: 32, yellow: 50, red: 45 }));
    expect(red).toBeGreaterThan(blue + 50);
  });

  it("has the proportions of its picture", () => {
    expect(decodeThumbHash(flat({ light: 32, lx: 4 }))).toMatchObject({ width: 18, height: 32 });
    expect(decodeThumbHash(flat({ light: 32, lx: 4, landscape: true }))).toMatchObject({
      width: 32,
      height: 18,
    });
  });

  it("of a photograph (from the format's own page) has light above and dark below", () => {
    const decoded = decodeThumbHash("1QcSHQRnh493V4dIh4eXh1h4kJUI");
    const brightness = (row: number) => {
      const { width = 0, rgba = [] } = decoded ?? {};
      const line = Array.from(rgba).slice(row * width * 4, (row + 1) * width * 4);
      return line.reduce((sum, value) => sum + value, 0) / Math.max(1, line.length);
    };
    expect(decoded).toMatchObject({ width: 23, height: 32 });
    expect(brightness(2)).not.toBeCloseTo(brightness(29), 0);
  });

  it("that is none is nothing", () => {
    expect(decodeThumbHash("%%%")).toBeNull();
    expect(decodeThumbHash("AAA=")).toBeNull();
  });
});
