import { PregonError } from '../errors.ts';

/** Says whether an address may stand in `from`. */
export type AllowedSenders = (address: string) => boolean;

/**
 * Reads the list of who may send: addresses, domains (their subdomains not included) and `*` for anyone, separated by commas.
 * Providers check it too, but only when the email is on its way; here the caller is told at once.
 */
export function allowedSenders(list: string): AllowedSenders {
  const entries = list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  if (entries.includes('*')) return () => true;
  const allowed = new Set(entries);
  return (address) => {
    const lower = address.toLowerCase();
    return allowed.has(lower) || allowed.has(lower.slice(lower.lastIndexOf('@') + 1));
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
