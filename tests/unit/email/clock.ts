import type { Clock } from '../../../core/clock.ts';

/** A clock that stands until it is moved; a sleep moves it. */
export function standingClock(start = Date.parse('2026-11-22T10:00:00.000Z')): Clock & { move(ms: number): void } {
  let now = start;
  const move = (ms: number) => {
    now += ms;
  };
  return {
    now: () => now,
    move,
    sleep: async (ms) => move(ms),
  };
}
