import type { Clock } from '../clock.ts';
import type { Priority } from '../limiter/allocate.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Latency } from './latency.ts';

/** A time to send at, or when to try again because there is none for this batch. Milliseconds since the epoch. */
export type Slot =
  | {
      at: number;
      /** To be called once the row is sent, or is not: another row may have a slot then. May be called again. */
      leave(): void;
    }
  | { retryAt: number };

interface SlotOptions {
  limiter: Limiter;
  priority: Priority;
  clock: Clock;
  /** No slot is later than this. */
  until: number;
  /** How long a reservation takes. */
  latency: Latency;
}

interface Waiter {
  leadMs: number;
  postponed: number;
  resolve(slot: Slot): void;
  reject(error: unknown): void;
}

const LATER_MS = 1_000;

/** The part of a limiter's slots that this process missed lately, smoothed over some thirty. It asks for as many spare slots. */
const missedPart = new WeakMap<Limiter, number>();
const SMOOTHED_OVER = 32;

/**
 * How many rows of this process may have slots of a limiter at once. A process that misses slots has too many rows under way for its
 * processor: what it does for one makes the others late, and the slots are lost for everybody. So the number shrinks with each slot that is
 * missed and grows slowly with those that are met. It begins with what shares one claim.
 */
const windows = new WeakMap<Limiter, number>();
const FIRST_WINDOW = 25;
const LEAST_WINDOW = 2;
const MOST_WINDOW = 250;
const SHRINK = 0.8;
const GROWTH = 0.5;

/**
 * The slots of one batch. One call reserves for all rows that ask at the same time. A row learns when its slot will be, so that it is ready
 * by then. The slot itself goes to the row that is ready first, so that a late row wastes no slot.
 */
export class SlotReservations {
  readonly #options: SlotOptions;
  readonly #free: number[] = [];
  /** Rows that have a slot and are not sent yet. */
  #underWay = 0;
  #waiters: Waiter[] = [];
  /** Rows that are ready and have asked in this turn of the event loop. */
  #ready = 0;
  #reservingForReady: Promise<void> | undefined;
  #reserving = false;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  /** Reserves a slot at least `leadMs` ahead, because the steps before the send take that long. A row that was postponed comes before others. */
  reserve(leadMs: number, postponed = 0): Promise<Slot> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ leadMs, postponed, resolve, reject });
      this.#startReserving();
    });
  }

  /**
   * Reserves for rows that are ready to send and have missed their slots, if the limiter has slots within `withinMs`. The rows that ask in
   * one turn of the event loop share a call. Then `take` gives the slots, of which there may be fewer than rows.
   */
  reserveForReady(withinMs: number): Promise<void> {
    this.#ready += 1;
    this.#reservingForReady ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        const n = this.#ready;
        this.#ready = 0;
        this.#reservingForReady = undefined;
        this.#reserveSoon(n, withinMs).then(resolve, reject);
      });
    });
    return this.#reservingForReady;
  }

  async #reserveSoon(n: number, withinMs: number): Promise<void> {
    const { limiter, priority, clock, until, latency } = this.#options;
    const asked = clock.now();
    const earliest = asked + latency.usual;
    const latest = Math.min(until, earliest + withinMs);
    if (earliest > latest) return;
    const reserved = await limiter.reserve({ priority, n, earliest, until: latest });
    latency.add(clock.now() - asked);
    if ('slots' in reserved) this.#free.push(...reserved.slots);
  }

  /** The next slot that can still be met, for a row that is ready. Calls `missed` for each slot that is lost. */
  take(missed: () => void): number | undefined {
    for (let at = this.#free.shift(); at !== undefined; at = this.#free.shift()) {
      if (this.isMet(at)) return at;
      this.note(true);
      missed();
    }
    return undefined;
  }

  /** Whether a request that is sent now meets the slot: within the limiter's tolerance, or as one of the few that may be late. */
  isMet(slot: number): boolean {
    const { clock, limiter } = this.#options;
    return clock.now() - slot <= limiter.toleranceMs || this.#mayBeLate;
  }

  /** Whether a row whose slot is over is still worth a claim for it. */
  isWorthClaim(slot: number): boolean {
    return this.#options.clock.now() <= slot || this.#mayBeLate;
  }

  /** A row that leaves after `until` might not be recorded before the function ends. */
  get #mayBeLate(): boolean {
    const { clock, until } = this.#options;
    return this.#underWay <= this.#lateRows && clock.now() <= until;
  }

  get #lateRows(): number {
    return this.#options.limiter.lateRows?.() ?? 0;
  }

  /** Notes whether a slot was missed or met. */
  note(missed: boolean): void {
    const { limiter } = this.#options;
    const part = missedPart.get(limiter) ?? 0;
    missedPart.set(limiter, part + ((missed ? 1 : 0) - part) / SMOOTHED_OVER);
    const next = missed ? this.#window * SHRINK : this.#window + GROWTH;
    windows.set(limiter, Math.min(MOST_WINDOW, Math.max(LEAST_WINDOW, this.#lateRows, next)));
  }

  get #window(): number {
    if (this.#needsNoLead) return Math.min(MOST_WINDOW, this.#lateRows);
    return windows.get(this.#options.limiter) ?? FIRST_WINDOW;
  }

  /**
   * Whether so many rows may be late that none has to wait for its slot: those that share a claim at least. Rows that waited would leave the
   * process idle for as long as a claim takes, several times in each batch.
   */
  get #needsNoLead(): boolean {
    return this.#lateRows >= FIRST_WINDOW;
  }

  /** The slot of a row, which counts as under way until it leaves. */
  #slotAt(at: number): Slot {
    this.#underWay += 1;
    let left = false;
    return {
      at,
      leave: () => {
        if (left) return;
        left = true;
        this.#underWay -= 1;
        // Half of them at once, so that one reservation serves many rows.
        if (this.#waiters.length > 0 && this.#underWay <= this.#window / 2) this.#startReserving();
      },
    };
  }

  #startReserving(): void {
    if (this.#reserving) return;
    this.#reserving = true;
    // The other rows of the batch ask in the same tick of the event loop.
    setImmediate(() => this.#reserveForAll());
  }

  async #reserveForAll(): Promise<void> {
    try {
      while (this.#waiters.length > 0 && this.#underWay < Math.floor(this.#window)) await this.#reserveOnce();
    } catch (error) {
      for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    } finally {
      this.#reserving = false;
    }
  }

  async #reserveOnce(): Promise<void> {
    const { limiter, priority, clock, until, latency } = this.#options;
    const asked = clock.now();
    const leadMs = Math.max(...this.#waiters.map((waiter) => waiter.leadMs));
    const earliest = this.#needsNoLead ? asked : asked + latency.usual + leadMs;
    if (earliest > until) return this.#refuse(asked + LATER_MS);
    const n = Math.min(this.#waiters.length, Math.floor(this.#window) - this.#underWay);
    this.#waiters.sort((one, other) => other.postponed - one.postponed);
    const postponed = this.#waiters[0]?.postponed ?? 0;
    const spare = Math.min(n, Math.round(2 * n * (missedPart.get(limiter) ?? 0)));
    const reserved = await limiter.reserve({ priority, n, spare, postponed, earliest, until });
    latency.add(clock.now() - asked);
    if ('slots' in reserved) {
      this.#free.push(...reserved.slots);
      for (const at of reserved.slots) this.#waiters.shift()?.resolve(this.#slotAt(at));
    } else if (reserved.retryAt < until) {
      await clock.sleep(Math.max(0, reserved.retryAt - clock.now()));
    } else {
      this.#refuse(reserved.retryAt);
    }
  }

  #refuse(retryAt: number): void {
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ retryAt });
  }
}
