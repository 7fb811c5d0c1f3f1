/** `2 min 5 s`: the two largest units of a span in milliseconds. */
export function formatDuration(ms: number): string {
  if (ms < 0) return '0 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Math.floor(ms / 10) / 100} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return join(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return join(hours, 'h', minutes % 60, 'min');
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function join(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

const DAY = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/** Local date and time of epoch seconds, `2026-11-22, 18:04:09`, with milliseconds on demand. */
export function formatTime(epochSeconds: number, withMilliseconds = false): string {
  const ms = Math.round(epochSeconds * 1000);
  const date = new Date(ms);
  const fraction = withMilliseconds ? `.${String(ms % 1000).padStart(3, '0')}` : '';
  return `${DAY.format(date)}, ${TIME.format(date)}${fraction}`;
}
