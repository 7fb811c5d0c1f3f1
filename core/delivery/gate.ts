import type { Clock } from '../clock.ts';
import { SLOT_TOLERANCE_MS } from '../limiter/spacing.ts';

/** Awaited by a provider right before the request leaves. */
export type Gate = () => Promise<void>;

/** The request was not ready when its slot came: nothing was sent, and the slot is lost. */
export class SlotMissed extends Error {
  constructor(lateMs: number) {
    super(`The slot was missed by ${lateMs.toFixed(1)} ms`);
    this.name = 'SlotMissed';
  }
}

/** Lets one request through at its slot; throws SlotMissed when that is over. */
export function gateAt(slot: number, clock: Clock, passed: (lateMs: number) => void): Gate {
  return async () => {
    const wait = slot - clock.now();
    if (wait > 0) await clock.sleep(Math.ceil(wait));
    const late = clock.now() - slot;
    if (late > SLOT_TOLERANCE_MS) throw new SlotMissed(late);
    passed(late);
  };
}
