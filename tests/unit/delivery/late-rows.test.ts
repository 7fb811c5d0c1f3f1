import { Latency } from '../../../core/delivery/latency.ts';
import { SlotReservations } from '../../../core/delivery/slot-reservations.ts';
import type { Limiter } from '../../../core/limiter/limiter.ts';
import { simulatedClock } from '../support/clock.ts';

const SPACING_MS = 0.1;

/** Slots that begin when they are asked for, of a limiter that lets so many rows of a process be late. */
function openSlots(lateRows: number) {
  const clock = simulatedClock({ manual: true });
  const limiter: Limiter = {
    name: 'ses',
    toleranceMs: 20,
    lateRows: () => lateRows,
    reserve: async ({ n, earliest }) => ({ slots: Array.from({ length: n }, (_, i) => earliest + i * SPACING_MS) }),
    idle: async () => undefined,
  };
  const latency = new Latency({ least: 5, most: 1_000 });
  const slots = new SlotReservations({ limiter, priority: 'campaign', clock, until: clock.now() + 10_000, latency });
  return { clock, slots };
}

describe('a process that is later than its slots', () => {
  it('sends as many rows as may be late, and the others miss theirs', async () => {
    const { clock, slots } = openSlots(3);
    const reserved = await Promise.all(Array.from({ length: 5 }, () => slots.reserve(0)));
    clock.move(1_000);
    let missed = 0;
    const take = () => slots.take(() => (missed += 1));

    expect(take()).toBeUndefined();
    expect(missed).toBe(5);

    const again = await Promise.all(Array.from({ length: 3 }, () => slots.reserve(0)));
    for (const slot of reserved) if ('at' in slot) slot.leave();
    clock.move(1_000);
    missed = 0;
    expect(again.map(take)).not.toContain(undefined);
    expect(missed).toBe(0);
  });

  it('loses every slot where none may be late', async () => {
    const { clock, slots } = openSlots(0);
    const [slot] = await Promise.all([slots.reserve(0)]);
    clock.move(100);
    expect('at' in slot && slots.isWorthClaim(slot.at)).toBe(false);
    let missed = 0;
    expect(slots.take(() => (missed += 1))).toBeUndefined();
    expect(missed).toBe(1);
  });

  it('loses a slot that is over when the time for sends is over', async () => {
    const { clock, slots } = openSlots(3);
    await slots.reserve(0);
    clock.move(10_001);
    expect(slots.take(() => undefined)).toBeUndefined();
  });

  it('claims a row for a slot that is over where it may be late', async () => {
    const { clock, slots } = openSlots(3);
    const slot = await slots.reserve(0);
    clock.move(500);
    expect('at' in slot && slots.isWorthClaim(slot.at)).toBe(true);
  });
});
