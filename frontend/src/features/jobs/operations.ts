// What may be done to pictures, as a person chooses it, checks on it, and what the kind `image.process` is told of it
// (contracts/image.py, docs/images.md).

import type { ImageSettings } from "@/features/jobs/settings";

export const PRESETS = ["fast", "balanced", "smallest", "archive"] as const;
export const FORMATS = ["same", "jpeg", "png", "webp", "avif"] as const;
export const PROFILES = ["keep", "srgb"] as const;
export const FITS = ["inside", "outside", "fill", "fit"] as const;
export const PARTS = ["center", "attention", "box"] as const;
export const DIRECTIONS = ["horizontal", "vertical"] as const;
export const POSITIONS = [
  "top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom", "bottom-right",
] as const; // biome-ignore format: three rows of three, as on a picture

type Fit = (typeof FITS)[number];
type Part = (typeof PARTS)[number];
type Position = (typeof POSITIONS)[number];
type Pixels = number | null;

/** `quality`: null is the preset's own. `width`, `height`: pixels of the box that the picture has to fit into. */
export interface Output {
  readonly preset: (typeof PRESETS)[number];
  readonly format: (typeof FORMATS)[number];
  readonly quality: number | null;
  readonly width: Pixels;
  readonly height: Pixels;
  readonly name: string;
  readonly keepCopyright: boolean;
  readonly profile: (typeof PROFILES)[number];
}

/** `sigma`: pixels. `size`, `opacity`: 0 to 1. `brightness` and its like: 1 changes nothing. Colors: `#rrggbbaa`. */
export type Operation = Readonly<
  | {
      op: "resize";
      width: Pixels;
      height: Pixels;
      fit: Fit;
      attention: boolean;
      enlarge: boolean;
      background: string | null;
    }
  | { op: "crop"; width: Pixels; height: Pixels; part: Part; left: Pixels; top: Pixels }
  | { op: "rotate"; angle: number | null; background: string | null }
  | { op: "flip"; direction: (typeof DIRECTIONS)[number] }
  | { op: "grayscale" | "trim" | "strip" }
  | { op: "blur" | "sharpen"; sigma: number | null }
  | { op: "adjust"; brightness: number; contrast: number; saturation: number }
  | {
      op: "caption";
      text: string;
      position: Position;
      size: number;
      color: string;
      background: string | null;
    }
  | { op: "watermark"; file_id: string | null; position: Position; size: number; opacity: number }
>;

export type OperationName = Operation["op"];

/** As they are offered; each as it begins. */
export const FRESH: Readonly<Record<OperationName, Operation>> = {
  rotate: { op: "rotate", angle: 90, background: null },
  flip: { op: "flip", direction: "horizontal" },
  crop: { op: "crop", width: null, height: null, part: "center", left: null, top: null },
  resize: {
    op: "resize",
    width: null,
    height: null,
    fit: "inside",
    attention: false,
    enlarge: false,
    background: null,
  },
  trim: { op: "trim" },
  grayscale: { op: "grayscale" },
  adjust: { op: "adjust", brightness: 1, contrast: 1, saturation: 1 },
  sharpen: { op: "sharpen", sigma: 1 },
  blur: { op: "blur", sigma: 2 },
  caption: {
    op: "caption",
    text: "",
    position: "bottom-right",
    size: 0.05,
    color: "#ffffff",
    background: "#00000099",
  },
  watermark: { op: "watermark", file_id: null, position: "bottom-right", size: 0.2, opacity: 1 },
  strip: { op: "strip" },
};

export const MOST_OPERATIONS = 32;
export const MOST_OUTPUTS = 8;
export const MOST_CAPTION = 200;
export const MOST_NAME = 40;

/** Least, most, and whether only whole numbers count. */
const RANGES: Record<string, readonly [number, number, boolean]> = {
  width: [1, 20_000, true],
  height: [1, 20_000, true],
  left: [0, 100_000, true],
  top: [0, 100_000, true],
  quality: [1, 100, true],
  angle: [-360, 360, false],
  sigma: [0.1, 50, false],
};

export type ProblemKey =
  | "range"
  | "whole"
  | "number"
  | "oneSide"
  | "bothSides"
  | "text"
  | "picture"
  | "archive";

/** What has to be put right before anything can be done: `path` is the field's, as in `operations.0.width`. */
export interface Problem {
  readonly path: string;
  readonly key: ProblemKey;
  readonly least?: number;
  readonly most?: number;
}

export const problemsOf = ({ steps, output, copies }: ImageSettings): Problem[] => [
  ...steps.flatMap(({ operation }, index) => placed(`operations.${index}`, operationProblems(operation))),
  ...[output, ...copies.map((copy) => copy.output)].flatMap((one, index) =>
    placed(`outputs.${index}`, outputProblems(one)),
  ),
];

const placed = (where: string, problems: Problem[]): Problem[] =>
  problems.map((one) => ({ ...one, path: `${where}.${one.path}` }));

function operationProblems(operation: Operation): Problem[] {
  const wrong = rangeProblems(operation);
  return wrong.length > 0 ? wrong : missing(operation);
}

function outputProblems(output: Output): Problem[] {
  const lossy = output.preset === "archive" && output.format === "jpeg";
  return [...rangeProblems(output), ...(lossy ? [{ path: "format", key: "archive" } as const] : [])];
}

const rangeProblems = (fields: object): Problem[] =>
  Object.entries(fields).flatMap(([path, value]) => rangeProblem(path, value) ?? []);

function rangeProblem(path: string, value: unknown): Problem | null {
  const range = RANGES[path];
  if (!range || typeof value !== "number") return null;
  const [least, most, whole] = range;
  if (value < least || value > most) return { path, key: "range", least, most };
  return whole && !Number.isInteger(value) ? need(path, "whole") : null;
}

/** The first field that lacks what its operation cannot do without. */
function missing(operation: Operation): Problem[] {
  switch (operation.op) {
    case "resize":
      if (operation.fit === "inside" || operation.fit === "outside") {
        return operation.width === null && operation.height === null ? [need("width", "oneSide")] : [];
      }
      return unset(operation, ["width", "height"], "bothSides");
    case "crop": {
      const sides = unset(operation, ["width", "height"], "bothSides");
      return sides.length > 0 || operation.part !== "box"
        ? sides
        : unset(operation, ["left", "top"], "number");
    }
    case "rotate":
      return unset(operation, ["angle"], "number");
    case "blur":
    case "sharpen":
      return unset(operation, ["sigma"], "number");
    case "caption":
      return operation.text.trim() === "" ? [need("text", "text")] : [];
    case "watermark":
      return unset(operation, ["file_id"], "picture");
    default:
      return [];
  }
}

const need = (path: string, key: ProblemKey): Problem => ({ path, key });

function unset<T extends object>(
  fields: T,
  names: readonly (keyof T & string)[],
  key: ProblemKey,
): Problem[] {
  const first = names.find((name) => fields[name] === null);
  return first === undefined ? [] : [need(first, key)];
}

/** Parameters of the job without its `file_id`. */
export function paramsOf({ steps, output, copies }: ImageSettings): Record<string, unknown> {
  const operations = steps.map(({ operation }) => operationTold(operation));
  if (copies.length === 0) return { operations, output: outputTold(output) };
  return { operations, outputs: [output, ...copies.map((copy) => copy.output)].map(outputTold) };
}

function operationTold(operation: Operation): Record<string, unknown> {
  if (operation.op === "caption") return said({ ...operation, text: operation.text.trim() });
  if (operation.op !== "crop") return said(operation);
  const { part, left, top, ...box } = operation;
  if (part === "box") return { ...box, left, top };
  return part === "attention" ? { ...box, attention: true } : box;
}

const outputTold = ({ keepCopyright, name, profile, ...output }: Output): Record<string, unknown> =>
  said({
    ...output,
    name: name.trim() || null,
    keep_copyright: keepCopyright || null,
    profile: profile === "keep" ? null : profile,
  });

/** What is left as usual is not said. */
const said = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
