import { useCallback, useRef, useState } from 'react';
import { type Preflight, preflight } from '../api/upload.ts';
import { type Draft, isLarge, optionsOf } from './draft.ts';
import { headOf } from './file.ts';

export interface Checked {
  readonly busy: boolean;
  readonly error: Error | undefined;
  /** The answer for the draft as it is. */
  readonly data: Preflight | undefined;
  /** Only the beginning of a large file was checked: the rest is checked when it is uploaded. */
  readonly partial: boolean;
  /** Checks a draft unless that was done. */
  readonly check: (draft: Draft) => Promise<void>;
}

interface State {
  readonly key: string;
  readonly busy: boolean;
  readonly data?: Preflight;
  readonly error?: Error;
}

/** Checks a draft by the API, once for each change of it. */
export function usePreflight(draft: Draft): Checked {
  const [state, setState] = useState<State>();
  const newest = useRef('');
  const check = useCallback(async (wanted: Draft) => {
    const key = keyOf(wanted);
    if (newest.current === key || wanted.file === undefined) return;
    newest.current = key;
    setState({ key, busy: true });
    let next: State;
    try {
      const file = await checkedPart(wanted.file);
      next = { key, busy: false, ...(file !== undefined && { data: await preflight(file, optionsOf(wanted)) }) };
    } catch (cause) {
      newest.current = '';
      next = { key, busy: false, error: cause instanceof Error ? cause : new Error(String(cause)) };
    }
    // A later check has replaced this one.
    setState((old) => (old?.key === key ? next : old));
  }, []);
  const current = state?.key === keyOf(draft) ? state : undefined;
  return {
    busy: current?.busy ?? false,
    error: current?.error,
    data: current?.data,
    partial: draft.file !== undefined && isLarge(draft.file),
    check,
  };
}

/** The part of a file that the preflight takes. Undefined where it takes none. */
export const checkedPart = async (file: File): Promise<File | undefined> => (isLarge(file) ? headOf(file) : file);

function keyOf(draft: Draft): string {
  const { file } = draft;
  return JSON.stringify([file?.name, file?.size, file?.lastModified, optionsOf(draft)]);
}
