import { useCallback, useState } from 'react';

/** State that outlives the page, kept in the browser's own storage under `pregon.<key>`. */
export function useStored<T>(key: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => read(key) ?? initial);
  const store = useCallback(
    (next: T) => {
      setValue(next);
      write(key, next);
    },
    [key],
  );
  return [value, store];
}

/** Reads a stored value; undefined when there is none, or none that can be read. */
export function read<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(`pregon.${key}`);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    // Storage may be forbidden in this browser: a preference is then simply not remembered.
    return undefined;
  }
}

/** Stores a value, where storage is allowed. */
export function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(`pregon.${key}`, JSON.stringify(value));
  } catch {
    // As in read: without storage the choice lasts as long as the page.
  }
}
