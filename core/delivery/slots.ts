import type { Clock } from '../clock.ts';
import type { LimiterLane } from '../limiter/allocate.ts';
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

/** Reserves for all rows of a batch that ask at the same time with one call, and hands the slots out in order. */
export class SlotBook {
  readonly #limiter: Limiter;
  readonly #lane: LimiterLane;
  readonly #clock: Clock;
  readonly #until: number;
  readonly #latency: Latency;
  #waiters: Waiter[] = [];
  #reserving = false;

  /** No slot after `until`; `latency` is how long a reservation takes. */
  constructor(options: { limiter: Limiter; lane: LimiterLane; clock: Clock; until: number; latency: Latency }) {
    this.#limiter = options.limiter;
    this.#lane = options.lane;
    this.#clock = options.clock;
    this.#until = options.until;
    this.#latency = options.latency;
  }

  /** A slot at least `leadMs` ahead: what must be done before the send takes that long. */
  next(leadMs: number): Promise<Slot> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ leadMs, resolve, reject });
      if (this.#reserving) return;
      this.#reserving = true;
      // The other rows of the batch ask in the same turn of the event loop.
      setImmediate(() => this.#reserveForAll());
    });
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
    const earliest = asked + this.#latency.expected + leadMs;
    if (earliest > this.#until) return this.#refuse(asked + LATER_MS);
    const n = this.#waiters.length;
    const reserved = await this.#limiter.reserve({ lane: this.#lane, n, earliest, until: this.#until });
    this.#latency.add(this.#clock.now() - asked);
    if ('slots' in reserved) {
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
