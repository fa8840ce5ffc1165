import { create } from "zustand";

const SHOWN_MS = 4000;

const useToasts = create<{ text: string | null; turn: number }>(() => ({ text: null, turn: 0 }));

function show(text: string): void {
  const turn = useToasts.getState().turn + 1;
  useToasts.setState({ text, turn });
  setTimeout(() => {
    if (useToasts.getState().turn === turn) useToasts.setState({ text: null });
  }, SHOWN_MS);
}

/** Says something short that needs no answer. */
export const useToast = (): ((text: string) => void) => show;

export function Toast() {
  const text = useToasts((state) => state.text);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex justify-center px-4"
    >
      {text && <p className="rounded-sm bg-ink px-3 py-2 text-sm text-canvas shadow-over">{text}</p>}
    </div>
  );
}
