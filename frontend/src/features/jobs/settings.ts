// What a person chooses for pictures, and what the job kind `image.process` is told of it (docs/images.md).

import { create } from "zustand";
import { loadJson, saveJson } from "@/lib/storage";

export const PRESETS = ["fast", "balanced", "smallest", "archive"] as const;
export const FORMATS = ["same", "jpeg", "png", "webp", "avif"] as const;
export const ANGLES = [0, 90, 180, 270] as const;
export const POSITIONS = [
  "top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom", "bottom-right",
] as const; // biome-ignore format: three rows of three, as on a picture

/** `quality`: null is the preset's own. `width`, `height`: pixels of the box that the picture has to fit into. */
export interface ImageSettings {
  readonly preset: (typeof PRESETS)[number];
  readonly format: (typeof FORMATS)[number];
  readonly quality: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly angle: (typeof ANGLES)[number];
  readonly grayscale: boolean;
  readonly sharpen: boolean;
  readonly caption: string;
  readonly captionPosition: (typeof POSITIONS)[number];
  readonly keepCopyright: boolean;
}

export const DEFAULT_SETTINGS: ImageSettings = {
  preset: "balanced",
  format: "same",
  quality: null,
  width: null,
  height: null,
  angle: 0,
  grayscale: false,
  sharpen: false,
  caption: "",
  captionPosition: "bottom-right",
  keepCopyright: false,
};

export const KIND = "image.process";

type Operation = { op: string } & Record<string, unknown>;

/** Turned first, so that a box and a caption mean the picture as it will be seen; the caption last, so that it stays sharp. */
function operations(settings: ImageSettings): Operation[] {
  const { width, height, angle, caption } = settings;
  const list: Operation[] = [];
  if (angle !== 0) list.push({ op: "rotate", angle });
  if (width !== null || height !== null) list.push({ op: "resize", width, height, fit: "inside" });
  if (settings.grayscale) list.push({ op: "grayscale" });
  if (settings.sharpen) list.push({ op: "sharpen" });
  if (caption.trim() !== "")
    list.push({
      op: "caption",
      text: caption.trim(),
      position: settings.captionPosition,
      background: "#00000099",
    });
  return list;
}

/** Parameters of the job without its `file_id`. */
export const paramsOf = (settings: ImageSettings): Record<string, unknown> => ({
  operations: operations(settings),
  output: {
    preset: settings.preset,
    format: settings.format,
    ...(settings.quality === null ? {} : { quality: settings.quality }),
    ...(settings.keepCopyright ? { keep_copyright: true } : {}),
  },
});

const KEY = "warren.image-settings";

/** What was chosen last, on this device. */
export const useImageSettings = create<ImageSettings>(() => ({
  ...DEFAULT_SETTINGS,
  ...loadJson<Partial<ImageSettings>>(KEY),
}));

/** A caption is meant for the pictures at hand: it is not kept for those of another day. */
export function chooseSettings(patch: Partial<ImageSettings>): void {
  useImageSettings.setState(patch);
  saveJson(KEY, { ...useImageSettings.getState(), caption: "" });
}

/** What browsers show and the server decodes; everything else is attached as it is. */
export const looksLikePicture = ({ type }: { type: string }): boolean =>
  type.startsWith("image/") && type !== "image/svg+xml";
