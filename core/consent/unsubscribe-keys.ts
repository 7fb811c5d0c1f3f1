import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { PregonError } from '../errors.ts';

/**
 * The keys that sign unsubscribe links: `current` names the one that signs now, each other member is a key by its id. The format is flat,
 * because Secrets Manager generates the first key as one member of a template.
 */
const documentSchema = z
  .record(z.string().regex(/^[a-z0-9]{1,16}$/), z.string().min(1))
  .refine(({ current, ...keys }) => current !== undefined && (keys[current]?.length ?? 0) >= 32, {
    error: '`current` must name a key of at least 32 characters',
  });

export interface UnsubscribeKeys {
  current: string;
  /** By their ids. A retired key still verifies the links in mail that was sent with it. */
  keys: ReadonlyMap<string, string>;
}

/** Far more than yearly rotations make; the secret holds 64 KB. */
const MAX_KEYS = 100;

/** Throws Internal for a text that holds no keys. */
export function parseUnsubscribeKeys(text: string | undefined): UnsubscribeKeys {
  const { data, error } = documentSchema.safeParse(jsonOf(text ?? ''));
  if (error) {
    throw new PregonError('Internal', `The secret with the unsubscribe keys is not valid: ${z.prettifyError(error)}`);
  }
  const { current = '', ...keys } = data;
  return { current, keys: new Map(Object.entries(keys)) };
}

export const serializeUnsubscribeKeys = ({ current, keys }: UnsubscribeKeys): string =>
  JSON.stringify({ current, ...Object.fromEntries(keys) });

/** Adds a new key of 256 random bits, which signs from now on. Throws Conflict when there are too many. */
export function rotateUnsubscribeKeys({ keys }: UnsubscribeKeys): UnsubscribeKeys {
  if (keys.size >= MAX_KEYS) throw new PregonError('Conflict', `There are ${MAX_KEYS} unsubscribe keys already.`);
  const ids = [...keys.keys()].map(Number).filter(Number.isSafeInteger);
  const current = String(Math.max(0, ...ids) + 1);
  return { current, keys: new Map([...keys, [current, randomBytes(32).toString('base64url')]]) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}
