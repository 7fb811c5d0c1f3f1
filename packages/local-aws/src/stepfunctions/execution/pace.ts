import type { Bucket } from '../../limits/limits.ts';
import { TokenBucket } from '../../limits/token-bucket.ts';
import type { EngineClock, Timers } from '../timers.ts';

/** Holds what comes to a rate, in the order in which it comes. */
export class Pace {
  readonly #bucket: TokenBucket;
  readonly #clock: Pick<EngineClock, 'now'>;
  readonly #timers: Timers;
  readonly #waiting: (() => void)[] = [];

  constructor(bucket: Bucket, clock: Pick<EngineClock, 'now'>, timers: Timers) {
    this.#bucket = new TokenBucket(bucket, clock.now());
    this.#clock = clock;
    this.#timers = timers;
  }

  /** How many of `wanted` may go now. */
  admit(wanted: number): number {
    return this.#bucket.takeUpTo(wanted, this.#clock.now());
  }

  /** Calls back when as many may go, or as many as may go at once. */
  whenReady(wanted: number, callback: () => void): void {
    const now = this.#clock.now();
    this.#timers.at(now + Math.max(1, this.#bucket.msUntil(wanted, now)), callback);
  }

  /** Undefined if one may go now; otherwise resolves when it may. */
  pass(): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.admit(1) === 1) return undefined;
    const turn = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#waiting.length === 1) this.#wake();
    return turn;
  }

  #wake(): void {
    this.whenReady(this.#waiting.length, () => {
      for (const go of this.#waiting.splice(0, this.admit(this.#waiting.length))) go();
      if (this.#waiting.length > 0) this.#wake();
    });
  }
}
