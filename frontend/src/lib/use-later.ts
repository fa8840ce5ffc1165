import { useCallback, useEffect, useRef } from "react";

const LATER_MS = 500;

/** Runs what it was given last, when a moment has gone by without anything else. */
export function useLater(): (work: () => void) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback((work) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(work, LATER_MS);
  }, []);
}
