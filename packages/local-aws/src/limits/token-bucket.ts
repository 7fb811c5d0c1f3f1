import type { Bucket } from './limits.ts';

/** A bucket of calls that is refilled at a rate per second. It is full at first. */
export class TokenBucket {
  readonly #size: number;
  readonly #perSecond: number;
  #tokens: number;
  #at: number;

  /** @param now milliseconds, of the clock that `take` is called with */
  constructor({ bucket, perSecond }: Bucket, now: number) {
    this.#size = bucket;
    this.#perSecond = perSecond;
    this.#tokens = bucket;
    this.#at = now;
  }

  /** Takes a call from the bucket. Returns false if it is empty. A clock that is set back adds nothing. */
  take(now: number): boolean {
    return this.takeUpTo(1, now) === 1;
  }

  /** Takes as many calls as there are, at most `calls`. Returns how many. */
  takeUpTo(calls: number, now: number): number {
    this.#refill(now);
    const taken = Math.min(calls, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return taken;
  }

  /** Milliseconds until there are as many calls, or until the bucket is full. */
  msUntil(calls: number, now: number): number {
    this.#refill(now);
    return Math.max(0, Math.ceil(((Math.min(calls, this.#size) - this.#tokens) / this.#perSecond) * 1000));
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#size, this.#tokens + (elapsed / 1000) * this.#perSecond);
    this.#at = now;
  }
}
