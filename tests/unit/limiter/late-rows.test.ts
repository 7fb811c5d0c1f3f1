import fc from 'fast-check';
import { lateRowsOf, SLOT_TOLERANCE_MS, spacingOf } from '../../../core/limiter/spacing.ts';

describe('rows that may be late', () => {
  it('are so few that no second holds more emails than the rate allows', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 200_000, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (rate, processes) => {
          const spacing = spacingOf(rate);
          // The worst case: all rows that are late leave in the second, and so do all that have their slots in it or the tolerance before.
          const late = processes * lateRowsOf(spacing, processes);
          const inTime = Math.floor((1_000 + SLOT_TOLERANCE_MS) / spacing) + 1;
          expect(late + inTime).toBeLessThanOrEqual(1.02 * rate + 1);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [400, 10, 0],
    [1_999, 1, 0],
    [2_100, 1, 10],
    [20_000, 10, 9],
    [100_000, 10, 49],
  ])('at %d a second and %d processes are %d for each', (rate, processes, rows) => {
    expect(lateRowsOf(spacingOf(rate), processes)).toBe(rows);
  });
});
