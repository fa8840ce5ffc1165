import { describe, expect, it } from "vitest";
import { RowSource } from "@/features/datasets/row-source";

/** A table of so many rows whose cursor is the next row's number; it gives `most` rows at a time. */
function table(size: number, most = 500) {
  const asked: { from: number; limit: number; lean: boolean }[] = [];
  let told = 0;
  let broken = false;
  const source = new RowSource(
    async ({ cursor, limit, lean }) => {
      if (broken) throw new Error("broken");
      const from = Number(cursor ?? 0);
      const count = Math.max(0, Math.min(limit, most, size - from));
      asked.push({ from, limit, lean });
      const ids = Array.from({ length: count }, (_, index) => from + index);
      const next = from + count < size ? String(from + count) : null;
      return { columns: ["n"], rows: ids.map((id) => [String(id)]), ids, cut: 100, next };
    },
    () => {
      told += 1;
    },
  );
  const quiet = async () => {
    for (let before = -1; before !== told; ) {
      before = told;
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  const show = async (from: number, to: number) => {
    source.show(from, to);
    await quiet();
  };
  return { source, asked, show, quiet, breakDown: (now: boolean) => (broken = now) };
}

const value = (source: RowSource, index: number) => source.row(index)?.values[0];

describe("the rows of a view", () => {
  it("are fetched as they come onto the screen", async () => {
    const { source, asked, show } = table(1_000_000);
    await show(0, 30);
    expect(asked).toHaveLength(1);
    await show(150, 180);
    expect(asked.map(({ from }) => from)).toEqual([0, 200]);
    expect([value(source, 150), value(source, 399), source.row(400)]).toEqual(["150", "399", undefined]);
  });

  it("far away are reached over those before them, without their values", async () => {
    const { source, asked, show } = table(20_000);
    await show(15_000, 15_030);
    expect([value(source, 15_000), value(source, 15_029)]).toEqual(["15000", "15029"]);
    expect(asked.filter(({ lean }) => lean).length).toBeGreaterThan(20);
    expect(source.held).toBeLessThan(5000);
  });

  it("that are far from the screen are forgotten, and fetched again when they come back", async () => {
    const { source, show } = table(50_000);
    for (let from = 0; from < 30_000; from += 400) await show(from, from + 40);
    expect(source.held).toBeLessThan(5000);
    expect(source.row(0)).toBeUndefined();
    await show(0, 40);
    expect([value(source, 0), value(source, 39)]).toEqual(["0", "39"]);
    await show(20_480, 20_520);
    expect([value(source, 20_480), value(source, 20_519)]).toEqual(["20480", "20519"]);
  });

  it("come even where the server gives fewer than were asked for", async () => {
    const { source, show } = table(900, 70);
    await show(860, 900);
    expect([value(source, 860), value(source, 899)]).toEqual(["860", "899"]);
    expect([source.known, source.ended]).toEqual([900, true]);
  });

  it("that could not be had come when it is tried again", async () => {
    const { source, show, quiet, breakDown } = table(100);
    breakDown(true);
    await show(0, 30);
    expect(source.error).toBeInstanceOf(Error);
    breakDown(false);
    source.retry();
    await quiet();
    expect(value(source, 29)).toBe("29");
  });

  it("of an empty view are none", async () => {
    const { source, show } = table(0);
    await show(0, 30);
    expect([source.known, source.ended, source.error]).toEqual([0, true, null]);
  });
});
