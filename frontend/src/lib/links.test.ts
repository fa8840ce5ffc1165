import { describe, expect, it } from "vitest";
import { pieces } from "@/lib/links";

const links = (text: string) => pieces(text).flatMap((piece) => (piece.href ? [piece.href] : []));

describe("links in a text", () => {
  it.each([
    ["see https://example.org/a?b=c#d.", ["https://example.org/a?b=c#d"]],
    ["(https://en.wikipedia.org/wiki/Rabbit_(animal))", ["https://en.wikipedia.org/wiki/Rabbit_(animal)"]],
    ["two: http://a.example, http://b.example!", ["http://a.example", "http://b.example"]],
    ["javascript:alert(1) data:text/html,x file:///etc/passwd", []],
    ['https://a.example/"onmouseover="x', ["https://a.example/"]],
    ["https://", []],
  ])("%j has %j", (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  it("leave the text itself whole", () => {
    const text = "a https://example.org/x, b (http://y.example) c";
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });
});
