import { language } from '../i18n/texts.ts';

const LOCALE = language === 'en' ? 'en-US' : language;
const WHOLE = new Intl.NumberFormat(LOCALE);
const RATE = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const SHARE = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 2 });
const MONEY = new Intl.NumberFormat(LOCALE, { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' });

/** `12,345`. */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** `12.3`, with at most one decimal. */
export function formatRate(perSecond: number): string {
  return RATE.format(perSecond);
}

/** `3.08%` of a fraction. */
export function formatShare(fraction: number): string {
  return SHARE.format(fraction);
}

/** `$0.04`. */
export function formatMoney(usd: number): string {
  return MONEY.format(usd);
}

/** `4.2 MB`, in the decimal units of file managers. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${RATE.format(bytes / 1000)} kB`;
  return `${RATE.format(bytes / 1_000_000)} MB`;
}
