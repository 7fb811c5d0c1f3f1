import type { Mailbox } from './outgoing-email.ts';

/** Reads `Name <address>` or `address`. */
export function parseAddress(text: string): Mailbox {
  const match = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(text);
  if (!match?.[2]) return { email: text.trim() };
  const name = match[1]?.replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1');
  return name ? { email: match[2].trim(), name } : { email: match[2].trim() };
}

/** An encoded word may have 75 characters: 45 bytes in base64 and its frame (RFC 2047). */
const ENCODED_BYTES = 45;

/** An address as SES takes it: a name beyond ASCII in encoded words. */
export function formatAddress({ email, name }: Mailbox): string {
  if (!name) return email;
  if (/[^\x20-\x7e]/.test(name)) return `${encodedWords(name)} <${email}>`;
  const plain = /^[\w !#$%&'*+\-/=?^`{|}~]+$/.test(name);
  return plain ? `${name} <${email}>` : `"${name.replace(/["\\]/g, '\\$&')}" <${email}>`;
}

function encodedWords(text: string): string {
  const words: string[] = [''];
  for (const character of text) {
    const grown = (words.at(-1) ?? '') + character;
    if (Buffer.byteLength(grown) > ENCODED_BYTES) words.push(character);
    else words[words.length - 1] = grown;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}
