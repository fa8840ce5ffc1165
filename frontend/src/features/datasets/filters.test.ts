import { describe, expect, it } from "vitest";
import { asText, nextSort, opsOf, parsed, problemOf, tidied } from "@/features/datasets/filters";

describe("a filter", () => {
  it.each([
    [{ column: "city", op: "eq", value: "a:b" }, "city:eq:a:b"],
    [{ column: "city", op: "is_null", value: "" }, "city:is_null"],
    [{ column: "city", op: "in", value: "Oslo\nBergen" }, 'city:in:["Oslo","Bergen"]'],
  ] as const)("%j is told and read as %j", (filter, text) => {
    expect(asText(filter)).toBe(text);
    expect(parsed(text)).toEqual(filter);
  });

  it.each(["", "city", "city:drop:1", ":eq:1", "city:in:Oslo"])("is not made of %j", (text) => {
    expect(parsed(text)).toBeNull();
  });

  it.each([
    ["integer", "lt", "1.5", "whole"],
    ["decimal", "lt", "1,5", null],
    ["double", "ge", "fast", "number"],
    ["date", "eq", "yesterday", "date"],
    ["date", "is_null", "", null],
    ["text", "contains", " ", "value"],
    ["integer", "in", "1\n2\nx", "whole"],
  ] as const)("of type %s, %s %j: %j", (type, op, value, problem) => {
    expect(problemOf({ column: "a", op, value }, type)).toBe(problem);
  });

  it("takes a comma in a number as its fraction", () => {
    expect(tidied({ column: "a", op: "eq", value: "1,5" }, "decimal").value).toBe("1.5");
    expect(tidied({ column: "a", op: "eq", value: "1,5" }, "text").value).toBe("1,5");
  });

  it("orders only what has an order", () => {
    expect(opsOf("decimal")).toContain("lt");
    expect(opsOf("json")).not.toContain("lt");
  });
});

it("sorting goes upwards, downwards, and back to the order of the import", () => {
  expect([null, "city", "-city", "-amount"].map((sort) => nextSort(sort, "city"))).toEqual([
    "city",
    "-city",
    null,
    "city",
  ]);
});
