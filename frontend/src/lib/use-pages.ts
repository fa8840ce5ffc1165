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

interface Known<T> extends Page<T> {
  key: string;
  loaded: boolean;
  error: unknown;
}

const nothing = (key: string) => ({ key, items: [], next: null, loaded: false, error: null });

/**
 * Pages by cursor, one behind the other; each item once, however the list moved between two of them. They begin anew with
 * `key`, which stands for everything that `load` depends on; when `stamp` changes, what is new comes in front.
 */
export function usePages<T extends { id: string }>(
  key: string,
  load: (cursor: string | null) => Promise<Page<T>>,
  stamp = 0,
): Pages<T> {
  const [known, setKnown] = useState<Known<T>>(() => nothing(key));
  const [turn, setTurn] = useState(0);
  const asked = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for everything that `load` depends on
  const ask = useCallback(
    (cursor: string | null) =>
      load(cursor).then(
        (page) => setKnown((before) => (before.key === key ? joined(before, page, cursor) : before)),
        (error: unknown) => setKnown((before) => (before.key === key ? { ...before, error } : before)),
      ),
    [key],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` and `stamp` ask again
  useEffect(() => {
    setKnown((before) => (before.key === key ? before : nothing(key)));
    void ask(null);
  }, [ask, turn, stamp]);
  const loadMore = (cursor: string | null) => {
    if (cursor === null || asked.current === cursor) return;
    asked.current = cursor;
    void ask(cursor).finally(() => {
      asked.current = null;
    });
  };
  const { items, next, loaded, error } = known.key === key ? known : nothing(key);
  return {
    items,
    loaded,
    more: next !== null,
    error,
    loadMore: () => loadMore(next),
    reload: () => setTurn((n) => n + 1),
  };
}

/** A first page may bring what is new in front of what is known; the end stays where it was. */
export function joined<T extends { id: string }>(
  known: Known<T>,
  page: Page<T>,
  cursor: string | null,
): Known<T> {
  const [first, second] = cursor === null ? [page.items, known.items] : [known.items, page.items];
  const ids = new Set(first.map(({ id }) => id));
  const items = [...first, ...second.filter(({ id }) => !ids.has(id))];
  const next = cursor === null && known.loaded ? known.next : page.next;
  return { ...known, items, next, loaded: true, error: null };
}
