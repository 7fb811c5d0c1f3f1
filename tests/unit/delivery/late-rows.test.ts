import { Latency } from '../../../core/delivery/latency.ts';
import { type Slot, SlotReservations } from '../../../core/delivery/slot-reservations.ts';
import type { Limiter } from '../../../core/limiter/limiter.ts';
import { simulatedClock } from '../support/clock.ts';

const SPACING_MS = 0.1;

/** Reservations are asked for in a later turn of the event loop. */
async function turns(): Promise<void> {
  for (let n = 0; n < 5; n += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

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

describe('a process that may send as many rows late as share a claim', () => {
  it('lets no row wait for its slot', async () => {
    const { clock, slots } = openSlots(25);
    expect(await slots.reserve(100)).toMatchObject({ at: clock.now() });
  });

  it('reserves ahead where fewer may be late', async () => {
    const { clock, slots } = openSlots(24);
    const slot = await slots.reserve(100);
    expect('at' in slot && slot.at - clock.now()).toBeGreaterThan(100);
  });

  it('has at most those under way, and reserves for others when half have left', async () => {
    const { slots } = openSlots(30);
    const given: Slot[] = [];
    const all = Array.from({ length: 40 }, () => slots.reserve(100).then((slot) => given.push(slot)));
    await turns();
    expect(given).toHaveLength(30);

    const leave = (count: number) => {
      for (const slot of given.slice(0, count)) if ('at' in slot) slot.leave();
    };
    leave(14);
    await turns();
    expect(given).toHaveLength(30);

    leave(15);
    await Promise.all(all);
    expect(given).toHaveLength(40);
  });
});
