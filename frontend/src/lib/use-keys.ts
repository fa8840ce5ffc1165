import { useCallback, useRef } from "react";
import { uuid } from "@/lib/ids";

/** A `client_id` for each thing that is asked for here: the same for the same thing, so that asking again is harmless. */
export function useKeys(): (thing: string) => string {
  const known = useRef(new Map<string, string>());
  return useCallback((thing) => {
    const key = known.current.get(thing) ?? uuid();
    known.current.set(thing, key);
    return key;
  }, []);
}
