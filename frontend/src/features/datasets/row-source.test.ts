import { describe, expect, it } from "vitest";
import { RowSource } from "@/features/datasets/row-source";

/** A table of so many rows whose cursor is the next row's number; it gives `most` rows at a time. */
function table(size: number, most = 500) {
  const asked: { from: number; limit: number; skip: number }[] = [];
  let told = 0;
  let broken = false;
  const source = new RowSource(
    async ({ cursor, skip, limit }) => {
      if (broken) throw new Error("broken");
      const from = Number(cursor ?? 0) + skip;
      const count = Math.max(0, Math.min(limit, most, size - from));
      asked.push({ from, limit, skip });
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
  const breakDown = (now: boolean) => {
    broken = now;
  };
  return { source, asked, show, quiet, breakDown };
}

const value = (source: RowSource, index: number) => source.row(index)?.values[0];

describe("the rows of a view", () => {
  it("are fetched as they come onto the screen, each by the cursor of those before", async () => {
    const { source, asked, show } = table(1_000_000);
    await show(0, 30);
    expect(asked).toHaveLength(1);
    await show(150, 180);
    expect(asked.map(({ from, skip }) => [from, skip])).toEqual([
      [0, 0],
      [200, 0],
    ]);
    expect([value(source, 150), value(source, 399), source.row(400)]).toEqual(["150", "399", undefined]);
  });

  it("far away are one question away", async () => {
    const { source, asked, show } = table(1_000_000);
    await show(0, 30);
    await show(999_970, 1_000_000);
    expect(asked.length).toBeLessThan(4);
    expect([value(source, 999_970), value(source, 999_999)]).toEqual(["999970", "999999"]);
    expect([source.known, source.ended]).toEqual([1_000_000, true]);
  });

  it("that are far from the screen are forgotten, and fetched again when they come back", async () => {
    const { source, show } = table(50_000);
    for (let from = 0; from < 30_000; from += 400) await show(from, from + 40);
    expect(source.held).toBeLessThan(5000);
    expect(source.row(0)).toBeUndefined();
    for (let from = 29_000; from > 20_000; from -= 90) await show(from, from + 40);
    expect([value(source, 20_100), value(source, 20_130)]).toEqual(["20100", "20130"]);
    await show(0, 40);
    expect([value(source, 0), value(source, 39)]).toEqual(["0", "39"]);
  });

  it("come even where the server gives fewer than were asked for", async () => {
    const { source, show } = table(900, 7);
    await show(860, 900);
    expect([value(source, 860), value(source, 899)]).toEqual(["860", "899"]);
  });

  it("are as many as were thought, or as were found", async () => {
    const { source, show } = table(900);
    expect(source.total(10_000)).toBe(10_000);
    await show(9970, 10_000);
    for (let looks = 0; looks < 20 && !source.ended; looks++) {
      const total = source.total(10_000);
      await show(total - 30, total);
    }
    expect([source.total(10_000), source.ended]).toEqual([900, true]);
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
