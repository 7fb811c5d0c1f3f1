import { useCallback, useState } from 'react';

/** State that survives a reload, in the browser's local storage under `pregon.<key>`. */
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

/** Reads a stored value. Undefined when there is none or it cannot be read. */
export function read<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(`pregon.${key}`);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    // The browser may forbid storage. Then preferences are not remembered.
    return undefined;
  }
}

/** Stores a value if the browser allows it. */
export function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(`pregon.${key}`, JSON.stringify(value));
  } catch {
    // Without storage the choice lasts until the page is closed.
  }
}
