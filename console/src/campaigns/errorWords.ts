import { t } from '../i18n/texts.ts';

/** What an error code means for a reader, and what to do. */
export function wordsOf(code: string): { what: string; todo: string } {
  const { codes, other } = t.campaigns.errors;
  return Object.hasOwn(codes, code) ? codes[code as keyof typeof codes] : other;
}
