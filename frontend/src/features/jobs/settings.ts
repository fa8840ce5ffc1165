// What was chosen for pictures. Part of the first load: what can be chosen, and the form, are in modules of their own.

import { create } from "zustand";
import type { Operation, Output } from "@/features/jobs/operations";
import { loadJson } from "@/lib/storage";

/** `id`: only of this page, so that a step keeps its place on the screen when the order changes. */
export interface Step {
  readonly id: string;
  readonly operation: Operation;
}

export interface Copy {
  readonly id: string;
  readonly output: Output;
}

/** `steps` are done in this order; `copies` are further renditions of the same. */
export interface ImageSettings {
  readonly output: Output;
  readonly steps: readonly Step[];
  readonly copies: readonly Copy[];
}

export const DEFAULT_SETTINGS: ImageSettings = {
  output: {
    preset: "balanced",
    format: "same",
    quality: null,
    width: null,
    height: null,
    name: "",
    keepCopyright: false,
    profile: "keep",
  },
  steps: [],
  copies: [],
};

export const KIND = "image.process";
export const SETTINGS_KEY = "warren.pictures";

/** What is done to the next pictures: what was chosen last on this device, as far as it was right. */
export const useImageSettings = create<ImageSettings>(() => ({
  ...DEFAULT_SETTINGS,
  ...loadJson<Partial<ImageSettings>>(SETTINGS_KEY),
}));

/** What browsers show and the server decodes; everything else is attached as it is. */
export const looksLikePicture = ({ type }: { type: string }): boolean =>
  type.startsWith("image/") && type !== "image/svg+xml";
