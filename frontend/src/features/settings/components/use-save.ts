import { useState } from "react";

interface Save {
  busy: boolean;
  saved: boolean;
  error: unknown;
  run: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** One form's way from "save" to "saved" or to what went wrong. */
export function useSave(): Save {
  const [state, setState] = useState<{ busy: boolean; saved: boolean; error: unknown }>({
    busy: false,
    saved: false,
    error: null,
  });
  const run = async (work: () => Promise<unknown>) => {
    setState({ busy: true, saved: false, error: null });
    try {
      await work();
      setState({ busy: false, saved: true, error: null });
      return true;
    } catch (error) {
      setState({ busy: false, saved: false, error });
      return false;
    }
  };
  return { ...state, run };
}
