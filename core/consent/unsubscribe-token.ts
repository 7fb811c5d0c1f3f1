import { createHmac, timingSafeEqual } from 'node:crypto';
import { addressKey } from '../csv/address.ts';
import type { UnsubscribeKeys } from './unsubscribe-keys.ts';

/** Who unsubscribes, and from which email. */
export interface Unsubscription {
  sendId: string;
  /** In lower case. */
  email: string;
}

/** What a token of a send id of 80 characters and an address of 254 takes in base64url, with key id and code. */
const MAX_TOKEN = 600;

/**
 * The token of an unsubscribe link: `<key id>.<send id and address>.<HMAC-SHA256>`. It says all that is needed to unsubscribe, so it works
 * after the row of the send has expired.
 */
export function unsubscribeToken(keys: UnsubscribeKeys, { sendId, email }: Unsubscription): string {
  const signed = `${keys.current}.${Buffer.from(`${sendId}\n${addressKey(email)}`).toString('base64url')}`;
  return `${signed}.${codeOf(keys.keys.get(keys.current) ?? '', signed)}`;
}

/** The key id that a token names. Undefined for a text that is not a token. */
export const keyIdOf = (token: string): string | undefined =>
  token.length <= MAX_TOKEN ? TOKEN.exec(token)?.[1] : undefined;

/** Undefined for a token that none of these keys made. */
export function readUnsubscribeToken(keys: UnsubscribeKeys, token: string): Unsubscription | undefined {
  if (token.length > MAX_TOKEN) return undefined;
  const [, keyId = '', content = '', code = ''] = TOKEN.exec(token) ?? [];
  const key = keys.keys.get(keyId);
  if (key === undefined) return undefined;
  // The texts are compared, not their bytes: several texts decode to the same bytes.
  const expected = Buffer.from(codeOf(key, `${keyId}.${content}`));
  const given = Buffer.from(code);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const [sendId = '', email = ''] = Buffer.from(content, 'base64url').toString().split('\n');
  return { sendId, email };
}

const TOKEN = /^([a-z0-9]{1,16})\.([\w-]+)\.([\w-]+)$/;

/** The first line keeps a code for this purpose from being valid for another. */
const codeOf = (key: string, signed: string): string =>
  createHmac('sha256', key).update(`unsubscribe\n${signed}`).digest('base64url');
