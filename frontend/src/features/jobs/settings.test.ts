import { beforeEach, describe, expect, it } from "vitest";
import {
  addStep,
  changeStep,
  chooseOutput,
  formProblems,
  moveStep,
  reset,
  useForm,
} from "@/features/jobs/form";
import { FRESH, type Operation, type OperationName, paramsOf, problemsOf } from "@/features/jobs/operations";
import { rowsOf } from "@/features/jobs/result";
import {
  DEFAULT_SETTINGS,
  type ImageSettings,
  looksLikePicture,
  useImageSettings,
} from "@/features/jobs/settings";

const doing = (...operations: Operation[]): ImageSettings => ({
  ...DEFAULT_SETTINGS,
  steps: operations.map((operation, index) => ({ id: String(index), operation })),
});
const output = (patch: Partial<ImageSettings["output"]>) => ({ ...DEFAULT_SETTINGS.output, ...patch });
const fresh = <Name extends OperationName>(op: Name, patch: object = {}) =>
  ({ ...FRESH[op], ...patch }) as Operation;
const told = (operation: Operation) => (paramsOf(doing(operation)).operations as unknown[])[0];
const wrong = (settings: ImageSettings) => problemsOf(settings).map(({ path, key }) => `${path} ${key}`);

describe("what is chosen for pictures", () => {
  it("says nothing of what is left as usual", () => {
    expect(paramsOf(DEFAULT_SETTINGS)).toEqual({
      operations: [],
      output: { preset: "balanced", format: "same" },
    });
  });

  it("is done in the order that was chosen", () => {
    const { operations } = paramsOf(doing(fresh("grayscale"), fresh("rotate"), fresh("blur")));
    expect(operations).toEqual([{ op: "grayscale" }, { op: "rotate", angle: 90 }, { op: "blur", sigma: 2 }]);
  });

  it("crops the middle, the most interesting part, or a box", () => {
    const box = { op: "crop", width: 300, height: 200 };
    const place = { left: 0, top: 40 };
    expect(told(fresh("crop", { ...box, ...place }))).toEqual(box);
    expect(told(fresh("crop", { ...box, part: "attention" }))).toEqual({ ...box, attention: true });
    expect(told(fresh("crop", { ...box, ...place, part: "box" }))).toEqual({ ...box, ...place });
  });

  it("makes further copies beside the first", () => {
    const copies = [
      { id: "a", output: output({ format: "webp", width: 400, name: " small ", profile: "srgb" }) },
    ];
    expect(paramsOf({ ...DEFAULT_SETTINGS, copies })).toEqual({
      operations: [],
      outputs: [
        { preset: "balanced", format: "same" },
        { preset: "balanced", format: "webp", width: 400, name: "small", profile: "srgb" },
      ],
    });
  });

  it("names what is missing or out of range, and where", () => {
    expect(
      wrong(
        doing(
          fresh("resize"),
          fresh("resize", { fit: "fill", width: 9 }),
          fresh("crop", { width: 9, height: 9, part: "box", left: 3 }),
          fresh("rotate", { angle: null }),
          fresh("blur", { sigma: 99 }),
          fresh("caption", { text: "  " }),
          fresh("watermark"),
        ),
      ),
    ).toEqual([
      "operations.0.width oneSide",
      "operations.1.height bothSides",
      "operations.2.top number",
      "operations.3.angle number",
      "operations.4.sigma range",
      "operations.5.text text",
      "operations.6.file_id picture",
    ]);
    const first = output({ preset: "archive", format: "jpeg", quality: 70.5 });
    expect(wrong({ ...DEFAULT_SETTINGS, output: first })).toEqual([
      "outputs.0.quality whole",
      "outputs.0.format archive",
    ]);
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

describe("the form", () => {
  beforeEach(reset);
  const names = () => useForm.getState().steps.map(({ operation: { op } }) => op);
  const inUse = () => useImageSettings.getState().steps.map(({ operation: { op } }) => op);

  it("counts as soon as it is right, and before that the last choice that was", () => {
    chooseOutput({ preset: "smallest" });
    addStep("crop");
    expect(names()).toEqual(["crop"]);
    expect(formProblems()).toHaveLength(1);
    expect(inUse()).toEqual([]);
    const [{ id = "" } = {}] = useForm.getState().steps;
    changeStep(id, { width: 10, height: 10 });
    expect(inUse()).toEqual(["crop"]);
    expect(useImageSettings.getState().output.preset).toBe("smallest");
  });

  it("changes the order, and knows both ends of it", () => {
    addStep("blur");
    addStep("trim");
    const [{ id = "" } = {}] = useForm.getState().steps;
    moveStep(id, -1);
    expect(names()).toEqual(["blur", "trim"]);
    moveStep(id, 1);
    moveStep(id, 1);
    expect(names()).toEqual(["trim", "blur"]);
  });
});
