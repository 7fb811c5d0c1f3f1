import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { PregonError } from '../errors.ts';

/** What a key may do: send (uploads, emails, requests, orders), read, and operate (stop, redrive, set the rate). */
export const SCOPES = ['send', 'read', 'operate'] as const;
export type Scope = (typeof SCOPES)[number];

/** A named key, without the key itself. A scope that a newer version knows is kept as it is. */
const apiKeySchema = z.object({
  name: z.string().min(1),
  /** SHA-256 of the key, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.string()),
  createdAt: z.string(),
});
export type ApiKey = z.output<typeof apiKeySchema>;

const documentSchema = z.object({ keys: z.array(apiKeySchema) });

/** Names are shown in logs and in records of campaigns. */
export const KEY_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Names of the local stack: the key that it sets at each start, and the caller with `--open`. */
export const RESERVED_NAMES: readonly string[] = ['local', 'open'];
/** The secret has at most 64 KB, and a key takes some 200 bytes. */
const MAX_KEYS = 100;

/** A new key: 256 random bits. Secret scanners find it by its prefix. */
export const newApiKey = (): string => `pregon_${randomBytes(32).toString('base64url')}`;

/**
 * The hash under which a key is stored. One round of SHA-256 is enough for 256 random bits, which nobody can guess. A slow hash
 * protects passwords, which people choose, and would delay every request here.
 */
export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** The stored keys. Throws Internal for a text that holds none. */
export function parseApiKeys(text: string): ApiKey[] {
  const { data, error } = documentSchema.safeParse(jsonOf(text));
  if (error) throw new PregonError('Internal', `The secret with the API keys is not valid: ${z.prettifyError(error)}`);
  return data.keys;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}

export const serializeApiKeys = (keys: readonly ApiKey[]): string => JSON.stringify({ keys });

/** The entry of a key. The time does not depend on the keys: all hashes are compared, each in constant time. */
export function findApiKey(keys: readonly ApiKey[], key: string): ApiKey | undefined {
  const given = Buffer.from(hashOf(key), 'hex');
  let found: ApiKey | undefined;
  for (const entry of keys) {
    if (timingSafeEqual(Buffer.from(entry.sha256, 'hex'), given)) found = entry;
  }
  return found;
}

/** Throws BadRequest for a name that is not allowed, Conflict for one that is taken or when there are too many keys. */
export function withApiKey(keys: readonly ApiKey[], added: ApiKey): ApiKey[] {
  const { name } = added;
  if (!KEY_NAME.test(name)) {
    throw new PregonError(
      'BadRequest',
      'A key name has 1 to 64 characters of a-z, 0-9, ".", "_" and "-", and begins with a letter or digit.',
    );
  }
  if (RESERVED_NAMES.includes(name)) {
    throw new PregonError('BadRequest', `The name "${name}" is reserved for the local stack.`);
  }
  if (keys.some((key) => key.name === name)) {
    throw new PregonError('Conflict', `There is a key "${name}" already. Revoke it first, or choose another name.`);
  }
  if (keys.length >= MAX_KEYS) throw new PregonError('Conflict', `There are ${MAX_KEYS} keys. Revoke one first.`);
  return [...keys, added];
}

/** Throws NotFound, or Conflict when no key with the scope operate would be left and it is not forced. */
export function withoutApiKey(keys: readonly ApiKey[], name: string, { force }: { force: boolean }): ApiKey[] {
  const left = keys.filter((key) => key.name !== name);
  if (left.length === keys.length) throw new PregonError('NotFound', `There is no key "${name}".`);
  const operates = ({ scopes }: ApiKey) => scopes.includes('operate');
  if (!force && keys.some(operates) && !left.some(operates)) {
    throw new PregonError(
      'Conflict',
      `"${name}" is the last key that may operate: without it nobody can stop or redrive a campaign. Add another one first, or use --force.`,
    );
  }
  return left;
}
