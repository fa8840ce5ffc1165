import { describe, expect, it } from "vitest";
import { joined } from "@/lib/use-pages";

const ids = (...names: string[]) => names.map((id) => ({ id }));
const empty = { key: "k", items: [], next: null, loaded: false, error: "busy" };
const first = joined(empty, { items: ids("c", "b"), next: "b" }, null);

describe("pages", () => {
  it("come one behind the other, and an error is over with the next", () => {
    expect(first).toMatchObject({ items: ids("c", "b"), next: "b", loaded: true, error: null });
    const second = joined(first, { items: ids("b", "a"), next: null }, "b");
    expect(second).toMatchObject({ items: ids("c", "b", "a"), next: null });
  });

  it("take what is new in front, and go on where they ended", () => {
    const second = joined(first, { items: ids("a"), next: null }, "b");
    const looked = joined(second, { items: ids("d", "c"), next: "c" }, null);
    expect(looked).toMatchObject({ items: ids("d", "c", "b", "a"), next: null });
  });
});
