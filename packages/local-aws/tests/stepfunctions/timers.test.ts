import fc from 'fast-check';
import { Timers } from '../../src/stepfunctions/timers.ts';
import { ManualClock } from './support/harness.ts';

test('after any sequence of set and cancel, exactly the timers that were not cancelled fire, once each', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), ms: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(30) }),
    fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new ManualClock();
      const timers = new Timers(clock);
      const fired: number[] = [];
      const set: ReturnType<Timers['at']>[] = [];
      const cancelled = new Set<number>();
      for (const what of steps) {
        if (what.kind === 'set') {
          const id = set.length;
          const due = clock.now() + what.ms;
          set.push(timers.at(due, () => fired.push(id)));
        } else if (what.kind === 'advance') {
          clock.advance(what.ms);
        } else if (set[what.which] !== undefined) {
          if (!fired.includes(what.which)) cancelled.add(what.which);
          timers.cancel(set[what.which]);
        }
      }
      clock.advance(1000);
      expect(fired.sort((a, b) => a - b)).toEqual(set.flatMap((_, id) => (cancelled.has(id) ? [] : [id])));
    }),
  );
});

test('timers that are due together fire in the order of their times', () => {
  const clock = new ManualClock();
  const timers = new Timers(clock);
  const fired: number[] = [];
  for (const ms of [30, 10, 20, 5, 40, 15]) timers.at(clock.now() + ms, () => fired.push(ms));
  clock.advance(35);
  expect(fired).toEqual([5, 10, 15, 20, 30]);
});
