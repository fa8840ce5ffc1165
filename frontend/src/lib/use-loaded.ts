import { useCallback, useEffect, useState } from "react";

interface Loaded<T> {
  data: T | undefined;
  /** Whether `data` is for this `key`, and not what an earlier one brought. */
  fresh: boolean;
  error: unknown;
  reload: () => void;
}

/** What `load` resolves to; loads anew when `key` changes or on `reload`. The last data stays while it does. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: unknown }>({ key });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for everything that `load` depends on
  useEffect(() => {
    let current = true;
    load().then(
      (data) => current && setState({ key, data }),
      (error: unknown) => current && setState({ key, error }),
    );
    return () => {
      current = false;
    };
  }, [key, turn]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const fresh = state.key === key;
  return { data: state.data, fresh, error: fresh ? state.error : undefined, reload };
}
