import type { RequestRow } from './item.ts';

/** Definite failures after which a request has failed. One in ten calls fails: six in a row happen once in a million. */
export const MOST_TRIES = 6;
/** An attempt that comes to nothing later than this after the first one is the last, throttled ones included. */
export const LONGEST_MS = 60 * 60_000;
const FIRST_PAUSE_MS = 2_000;
/** What a throttled request waits at least: the provider's window has to move on. */
const THROTTLED_MS = 1_000;

/** Whether a request that was given back has had its tries. */
export const isExhausted = ({ tries, firstTriedAt }: RequestRow, now: number): boolean =>
  tries >= MOST_TRIES || (firstTriedAt !== undefined && now - Date.parse(firstTriedAt) > LONGEST_MS);

/** Until the next attempt, milliseconds: doubled each time, half of it by chance; half a minute to a minute in all. */
export const pauseAfter = (tries: number, random: number): number =>
  FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + random / 2);

/** Until a throttled attempt is made again; `asked` is what the provider asked for. */
export const pauseAfterThrottle = (asked: unknown, random: number): number =>
  Math.max(THROTTLED_MS, typeof asked === 'number' ? asked : 0) * (1 + random);
