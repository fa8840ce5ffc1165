/** localStorage that never throws: private windows and full disks turn it into memory that ends with the page. */
const memory = new Map<string, string>();

export function load(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

export function save(key: string, value: string): void {
  memory.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    // Kept in memory above.
  }
}

export function remove(key: string): void {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing to remove where nothing can be kept.
  }
}

export function keys(prefix: string): string[] {
  const found = new Set([...memory.keys()].filter((key) => key.startsWith(prefix)));
  try {
    for (let index = 0; index < localStorage.length; index++) {
      const key = localStorage.key(index);
      if (key?.startsWith(prefix)) found.add(key);
    }
  } catch {
    // Memory is all there is.
  }
  return [...found];
}

export function loadJson<T>(key: string): T | null {
  const text = load(key);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    remove(key);
    return null;
  }
}

export const saveJson = (key: string, value: unknown): void => save(key, JSON.stringify(value));
