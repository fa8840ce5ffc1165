// The form for pictures: what stands in it counts at once, as soon as it is right.

import { create } from "zustand";
import {
  FRESH,
  MOST_OPERATIONS,
  MOST_OUTPUTS,
  type Operation,
  type OperationName,
  type Output,
  type Problem,
  problemsOf,
} from "@/features/jobs/operations";
import {
  DEFAULT_SETTINGS,
  type ImageSettings,
  SETTINGS_KEY,
  useImageSettings,
} from "@/features/jobs/settings";
import { uuid } from "@/lib/ids";
import { saveJson } from "@/lib/storage";

/** What stands in the form, right or not. */
export const useForm = create<ImageSettings>(() => useImageSettings.getState());

export const formProblems = (): Problem[] => problemsOf(useForm.getState());

/** What is put on pictures is meant for those at hand: it is not kept for those of another day. */
const kept = (settings: ImageSettings): ImageSettings => ({
  ...settings,
  steps: settings.steps.filter(({ operation: { op } }) => op !== "caption" && op !== "watermark"),
});

function choose(patch: Partial<ImageSettings>): void {
  useForm.setState(patch);
  const settings = useForm.getState();
  if (problemsOf(settings).length > 0) return;
  useImageSettings.setState(settings);
  saveJson(SETTINGS_KEY, kept(settings));
}

export const reset = (): void => choose(DEFAULT_SETTINGS);

export const chooseOutput = (patch: Partial<Output>): void =>
  choose({ output: { ...useForm.getState().output, ...patch } });

export function addStep(op: OperationName): void {
  const { steps } = useForm.getState();
  if (steps.length < MOST_OPERATIONS) choose({ steps: [...steps, { id: uuid(), operation: FRESH[op] }] });
}

/** `patch`: fields of this operation. */
export function changeStep(id: string, patch: object): void {
  const changed = (operation: Operation) => ({ ...operation, ...patch }) as Operation;
  choose({
    steps: useForm
      .getState()
      .steps.map((step) => (step.id === id ? { id, operation: changed(step.operation) } : step)),
  });
}

export const removeStep = (id: string): void =>
  choose({ steps: useForm.getState().steps.filter((step) => step.id !== id) });

/** `by`: -1 does it earlier, 1 later. */
export function moveStep(id: string, by: -1 | 1): void {
  const steps = [...useForm.getState().steps];
  const from = steps.findIndex((step) => step.id === id);
  const [one, other] = [steps[from], steps[from + by]];
  if (!one || !other) return;
  steps[from] = other;
  steps[from + by] = one;
  choose({ steps });
}

/** A further rendition, as the first one is now. */
export function addCopy(): void {
  const { copies, output } = useForm.getState();
  if (copies.length + 1 < MOST_OUTPUTS) choose({ copies: [...copies, { id: uuid(), output }] });
}

export const changeCopy = (id: string, patch: Partial<Output>): void =>
  choose({
    copies: useForm
      .getState()
      .copies.map((copy) => (copy.id === id ? { id, output: { ...copy.output, ...patch } } : copy)),
  });

export const removeCopy = (id: string): void =>
  choose({ copies: useForm.getState().copies.filter((copy) => copy.id !== id) });
