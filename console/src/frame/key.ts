import { useSyncExternalStore } from 'react';
import { local } from './local.ts';

/** The pages of one origin share it, and the browser forgets it with the tab. */
const STORED_AS = 'pregon.apiKey';

const listeners = new Set<() => void>();
/** Where the browser forbids storage, the key is kept until the page is left. */
let kept: string | undefined;

/** The API key: on a local stack the page comes with it, on AWS the user has entered it. */
export function apiKey(): string | undefined {
  if (local !== undefined) return local.apiKey;
  try {
    return sessionStorage.getItem(STORED_AS) ?? kept;
  } catch {
    return kept;
  }
}

/** Keeps the key for the session. Undefined forgets it. */
export function keepApiKey(key: string | undefined): void {
  kept = key;
  try {
    if (key === undefined) sessionStorage.removeItem(STORED_AS);
    else sessionStorage.setItem(STORED_AS, key);
  } catch {
    // `kept` has it.
  }
  for (const listener of listeners) listener();
}

export function useApiKey(): string | undefined {
  return useSyncExternalStore((changed) => {
    listeners.add(changed);
    return () => listeners.delete(changed);
  }, apiKey);
}
