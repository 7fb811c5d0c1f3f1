import { PregonError } from '../errors.ts';
import { ALLOWED_SENDER, ALLOWED_SENDER_WORDS } from './sender-pattern.ts';

/** Says whether an address may stand in `from`. */
export type AllowedSenders = (address: string) => boolean;

const ENTRY = new RegExp(`^(?:${ALLOWED_SENDER})$`);

/**
 * Reads the list of who may send, separated by commas: addresses; domains, also written `*@domain`, without their subdomains; `*.domain`,
 * its subdomains without itself; and `*` for anyone. Providers check senders too, but only when the email is on its way; here the caller is
 * told at once. Throws an Error that names the first other entry, because a wildcard elsewhere would accept more than is meant.
 */
export function allowedSenders(list: string): AllowedSenders {
  const entries = list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  const wrong = entries.find((entry) => !ENTRY.test(entry));
  if (wrong !== undefined) {
    throw new Error(`AllowedSenders: ${JSON.stringify(wrong)} is not valid. ${ALLOWED_SENDER_WORDS}.`);
  }
  if (entries.includes('*')) return () => true;
  const exact = new Set(entries.map((entry) => entry.replace(/^\*@/, '')));
  const endings = entries.filter((entry) => entry.startsWith('*.')).map((entry) => entry.slice(1));
  return (address) => {
    const lower = address.toLowerCase();
    const domain = lower.slice(lower.lastIndexOf('@') + 1);
    return exact.has(lower) || exact.has(domain) || endings.some((ending) => domain.endsWith(ending));
  };
}

/** Throws BadRequest naming `from.email` when the address may not send. */
export function checkSender(allowed: AllowedSenders, address: string): void {
  if (allowed(address)) return;
  const message = `${address} is not an allowed sender; an operator can add it or its domain to AllowedSenders`;
  throw new PregonError('BadRequest', `The body is not valid. from.email: ${message}.`, {
    issues: [{ field: 'from.email', message }],
  });
}
