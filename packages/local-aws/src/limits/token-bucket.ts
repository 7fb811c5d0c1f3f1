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
    const elapsed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#size, this.#tokens + (elapsed / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
