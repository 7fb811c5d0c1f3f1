/** An address, and the name that mail programs show. */
export interface Mailbox {
  email: string;
  name?: string | undefined;
}

/** One email as a provider gets it. */
export interface OutgoingEmail {
  sendId: string;
  batchId: string;
  channel: string;
  /** Of the attempt, which events of SES name. */
  leaseId?: string | undefined;
  from: Mailbox;
  to: Mailbox;
  /** Where answers go; by default to the sender. */
  replyTo?: string | undefined;
  subject: string;
  text: string;
  html?: string | undefined;
  /** Further headers, by name. ASCII. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** `"Ana, Ltd." <ana@example.com>`. The name is quoted, so that nothing in it is read as another address. */
export function headerAddress({ email, name }: Mailbox): string {
  return name ? `"${name.replace(/["\\]/g, '\\$&')}" <${email}>` : email;
}

/** An encoded word has at most 75 characters, which is 45 bytes in base64 and the delimiters (RFC 2047). */
const ENCODED_BYTES = 45;

/** An address as SES accepts it: names beyond ASCII are encoded words. */
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
