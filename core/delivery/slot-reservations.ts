import type { Clock } from '../clock.ts';
import type { Priority } from '../limiter/allocate.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Latency } from './latency.ts';

/** A time to send at, or none within this batch's time: then when to try again. Milliseconds since the epoch. */
export type Slot = { at: number } | { retryAt: number };

interface Waiter {
  leadMs: number;
  resolve(slot: Slot): void;
  reject(error: unknown): void;
}

const LATER_MS = 1_000;

/** The part of a limiter's slots that this process lately missed, smoothed over some thirty: it asks for so many spare ones. */
const missedPart = new WeakMap<Limiter, number>();
const SMOOTHED_OVER = 32;

/**
 * The slots of one batch. All rows that ask at the same time are reserved for with one call. A row is told when its slot will be, so
 * that it is ready by then; the slot itself goes to whichever row is ready first, so that one that is late loses none.
 */
export class SlotReservations {
  readonly #limiter: Limiter;
  readonly #priority: Priority;
  readonly #clock: Clock;
  readonly #until: number;
  readonly #latency: Latency;
  readonly #free: number[] = [];
  #waiters: Waiter[] = [];
  #reserving = false;

  /** No slot after `until`; `latency` is how long a reservation takes. */
  constructor(options: { limiter: Limiter; priority: Priority; clock: Clock; until: number; latency: Latency }) {
    this.#limiter = options.limiter;
    this.#priority = options.priority;
    this.#clock = options.clock;
    this.#until = options.until;
    this.#latency = options.latency;
  }

  /** Reserves a slot at least `leadMs` ahead: what must be done before the send takes that long. */
  reserve(leadMs: number): Promise<Slot> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ leadMs, resolve, reject });
      if (this.#reserving) return;
      this.#reserving = true;
      // The other rows of the batch ask in the same turn of the event loop.
      setImmediate(() => this.#reserveForAll());
    });
  }

  /** The next slot that can still be met, for a row that is ready; `missed` hears of each that was lost. */
  take(missed: () => void): number | undefined {
    for (let at = this.#free.shift(); at !== undefined; at = this.#free.shift()) {
      if (this.isMet(at)) return at;
      this.note(true);
      missed();
    }
    return undefined;
  }

  /** Whether a request that leaves now is within the limiter's tolerance of the slot. */
  isMet(slot: number): boolean {
    return this.#clock.now() - slot <= this.#limiter.toleranceMs;
  }

  /** Whether a slot was missed or met. */
  note(missed: boolean): void {
    const part = missedPart.get(this.#limiter) ?? 0;
    missedPart.set(this.#limiter, part + ((missed ? 1 : 0) - part) / SMOOTHED_OVER);
  }

  async #reserveForAll(): Promise<void> {
    try {
      while (this.#waiters.length > 0) await this.#reserveOnce();
    } catch (error) {
      for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    } finally {
      this.#reserving = false;
    }
  }

  async #reserveOnce(): Promise<void> {
    const asked = this.#clock.now();
    const leadMs = Math.max(...this.#waiters.map((waiter) => waiter.leadMs));
    const earliest = asked + this.#latency.usual + leadMs;
    if (earliest > this.#until) return this.#refuse(asked + LATER_MS);
    const n = this.#waiters.length;
    const spare = Math.min(n, Math.round(2 * n * (missedPart.get(this.#limiter) ?? 0)));
    const reserved = await this.#limiter.reserve({ priority: this.#priority, n, spare, earliest, until: this.#until });
    this.#latency.add(this.#clock.now() - asked);
    if ('slots' in reserved) {
      this.#free.push(...reserved.slots);
      for (const at of reserved.slots) this.#waiters.shift()?.resolve({ at });
    } else if (reserved.retryAt < this.#until) {
      await this.#clock.sleep(Math.max(0, reserved.retryAt - this.#clock.now()));
    } else {
      this.#refuse(reserved.retryAt);
    }
  }

  #refuse(retryAt: number): void {
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ retryAt });
  }
}
