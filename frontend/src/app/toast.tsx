import { create } from "zustand";
import { Button } from "@/components/ui/button";

const SHOWN_MS = 4000;

/** `otherwise` runs once, when the toast goes away without its action having been taken. */
interface Choice {
  action: string;
  ms: number;
  otherwise: () => void;
}

interface Shown {
  text: string;
  choice: Choice | null;
}

const useToasts = create<{ shown: Shown | null }>(() => ({ shown: null }));

function show(text: string, choice: Choice | null = null): void {
  const shown = { text, choice };
  leave(useToasts.getState().shown);
  useToasts.setState({ shown });
  setTimeout(() => leave(shown), choice?.ms ?? SHOWN_MS);
}

/** Takes a toast away, once; what was not taken back happens then. */
function leave(shown: Shown | null, taken = false): void {
  if (shown === null || useToasts.getState().shown !== shown) return;
  useToasts.setState({ shown: null });
  if (!taken) shown.choice?.otherwise();
}

/** Says something short that needs no answer, or leaves a moment to take something back. */
export const useToast = (): ((text: string, choice?: Choice) => void) => show;

export function Toast() {
  const shown = useToasts((state) => state.shown);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex justify-center px-4"
    >
      {shown && (
        <div className="pointer-events-auto flex items-center gap-3 rounded-sm bg-ink px-3 py-2 text-sm text-canvas shadow-over">
          {shown.text}
          {shown.choice && (
            <Button
              size="sm"
              look="quiet"
              className="text-canvas underline hover:bg-ink hover:text-canvas"
              onClick={() => leave(shown, true)}
            >
              {shown.choice.action}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
