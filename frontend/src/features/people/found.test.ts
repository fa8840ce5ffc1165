import { describe, expect, it } from "vitest";
import { fits } from "@/features/people/found";
import { ADA, user } from "@/testing";

describe("people found for an earlier query", () => {
  const zoe = user(ADA, { display_name: "Zoe 51", username: "zoe-51" });

  it.each([
    ["zoe", true],
    ["zoe 5", true],
    ["e-51", true],
    ["zoe 66", false],
    ["", false],
  ])("fit %j: %s", (query, expected) => {
    expect(fits(query, zoe)).toBe(expected);
  });
});
