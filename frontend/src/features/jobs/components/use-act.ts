import { useState } from "react";
import { useToast } from "@/app/toast";
import { useErrorText } from "@/lib/error-text";

interface Act {
  busy: boolean;
  run: (work: () => Promise<unknown>) => void;
}

/** One thing at a time; what goes wrong is said. */
export function useAct(): Act {
  const toast = useToast();
  const text = useErrorText();
  const [busy, setBusy] = useState(false);
  const run = (work: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    work()
      .catch((error: unknown) => toast(text(error)))
      .finally(() => setBusy(false));
  };
  return { busy, run };
}
