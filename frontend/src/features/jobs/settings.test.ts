import { describe, expect, it } from "vitest";
import { rowsOf } from "@/features/jobs/result";
import { DEFAULT_SETTINGS, looksLikePicture, paramsOf } from "@/features/jobs/settings";

describe("what is chosen for pictures", () => {
  it("says nothing of what is left as usual", () => {
    expect(paramsOf(DEFAULT_SETTINGS)).toEqual({
      operations: [],
      output: { preset: "balanced", format: "same" },
    });
  });

  it("turns before it resizes, and stamps last", () => {
    const params = paramsOf({
      ...DEFAULT_SETTINGS,
      caption: " Spring ",
      grayscale: true,
      width: 800,
      angle: 90,
      quality: 70,
    });
    const { operations } = params as { operations: { op: string }[] };
    expect(operations.map(({ op }) => op)).toEqual(["rotate", "resize", "grayscale", "caption"]);
    expect(operations.at(-1)).toMatchObject({ text: "Spring", position: "bottom-right" });
    expect(params.output).toMatchObject({ quality: 70 });
  });

  it("is for pictures that can be decoded", () => {
    const types = ["image/jpeg", "image/svg+xml", "text/plain", ""];
    expect(types.map((type) => looksLikePicture({ type }))).toEqual([true, false, false, false]);
  });

  it("reads as rows, without what has no value", () => {
    expect(
      rowsOf({
        output: { quality: 70, width: null },
        operations: [{ op: "resize", width: 9, enlarge: false, sigma: 1 }],
        strict: false,
      }),
    ).toEqual([
      { path: "output.quality", value: "70" },
      { path: "operations.1", value: "resize · width 9" },
    ]);
  });
});
