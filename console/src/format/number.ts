const WHOLE = new Intl.NumberFormat('en-US');
const RATE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** `12,345`. */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** `12.3`, with at most one decimal. */
export function formatRate(perSecond: number): string {
  return RATE.format(perSecond);
}

/** `1 item`, `2 items`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
