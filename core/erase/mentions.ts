import { domainToUnicode } from 'node:url';

/**
 * A pattern that finds an address in a text, whatever its case, with its domain in ASCII or in its own letters, and not as a part of a longer
 * address. `key` is the address as it is compared.
 */
export function mentionsOf(key: string): RegExp {
  const at = key.lastIndexOf('@');
  const domain = key.slice(at + 1);
  const domains = new Set([domain, domainToUnicode(domain) || domain]);
  const spellings = [...domains].map((one) => `${escaped(key.slice(0, at))}@${escaped(one)}`);
  return new RegExp(`(?<![${LOCAL}])(?:${spellings.join('|')})(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])`, 'giu');
}

const LOCAL = "a-z0-9!#$%&'*+/=?^_`{|}~.\\-";
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Whether the text has the address. */
export const mentions = (text: string, pattern: RegExp): boolean => text.search(pattern) >= 0;
