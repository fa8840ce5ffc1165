import { describe, expect, it } from "vitest";
import { moved } from "@/features/datasets/keys";

const sizes = { rows: 100, columns: 5, page: 10 };
const press = (key: string, ctrlKey = false) => ({ key, ctrlKey, metaKey: false });

describe("keys in the grid", () => {
  it.each([
    ["ArrowDown", false, [4, 2]],
    ["ArrowUp", false, [2, 2]],
    ["ArrowLeft", false, [3, 1]],
    ["End", false, [3, 4]],
    ["Home", false, [3, 0]],
    ["PageDown", false, [13, 2]],
    ["PageUp", false, [0, 2]],
    ["End", true, [99, 4]],
    ["Home", true, [0, 0]],
    ["ArrowDown", true, [99, 2]],
  ])("%s (control: %j) lead to %j", (key, control, [row, column]) => {
    expect(moved({ row: 3, column: 2 }, press(key, control), sizes)).toEqual({ row, column });
  });

  it("lead from the first row to the header, and no further", () => {
    expect(moved({ row: 0, column: 0 }, press("ArrowUp"), sizes)).toEqual({ row: -1, column: 0 });
    expect(moved({ row: -1, column: 0 }, press("ArrowUp"), sizes)).toEqual({ row: -1, column: 0 });
  });

  it("that are letters lead nowhere", () => {
    expect(moved({ row: 0, column: 0 }, press("a"), sizes)).toBeNull();
  });
});
