import { useCallback, useEffect, useRef, useState } from "react";

interface Page<T> {
  items: readonly T[];
  next: string | null;
}

interface Pages<T> {
  items: readonly T[];
  loaded: boolean;
  more: boolean;
  error: unknown;
  loadMore: () => void;
  reload: () => void;
}

interface Known<T> {
  key: string;
  items: readonly T[];
  next: string | null;
  loaded: boolean;
  error: unknown;
}

const nothing = (key: string) => ({ key, items: [], next: null, loaded: false, error: null });

/** Pages by cursor, one behind the other; begun anew when `key` changes or on `reload`. */
export function usePages<T>(key: string, load: (cursor: string | null) => Promise<Page<T>>): Pages<T> {
  const [known, setKnown] = useState<Known<T>>(() => nothing(key));
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for everything that `load` depends on
  const ask = useCallback(
    (cursor: string | null, isCurrent: () => boolean = () => true) =>
      load(cursor).then(
        ({ items, next }) =>
          isCurrent() &&
          setKnown((before) => {
            if (cursor === null) return { ...nothing(key), items, next, loaded: true };
            return before.key === key ? { ...before, items: [...before.items, ...items], next } : before;
          }),
        (error: unknown) =>
          isCurrent() &&
          setKnown((before) => (before.key === key ? { ...before, error } : { ...nothing(key), error })),
      ),
    [key],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => {
    let current = true;
    void ask(null, () => current);
    return () => {
      current = false;
    };
  }, [ask, turn]);
  const under = useRef<string | null>(null);
  const loadMore = (cursor: string | null) => {
    if (cursor === null || under.current === cursor) return;
    under.current = cursor;
    void ask(cursor).finally(() => {
      under.current = null;
    });
  };
  const shown = known.key === key ? known : nothing(key);
  return {
    items: shown.items,
    loaded: shown.loaded,
    more: shown.next !== null,
    error: shown.error,
    loadMore: () => loadMore(shown.next),
    reload: () => setTurn((n) => n + 1),
  };
}
