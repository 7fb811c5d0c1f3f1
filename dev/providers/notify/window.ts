/** Accepts at most `max` calls in any `ms` milliseconds. */
export class CallWindow {
  readonly #max: number;
  readonly #ms: number;
  #accepted: number[] = [];

  constructor(max: number, ms: number) {
    this.#max = max;
    this.#ms = ms;
  }

  /** Returns false when the call exceeds the limit. A refused call does not count. */
  take(now: number): boolean {
    this.#accepted = this.#accepted.filter((at) => now - at < this.#ms);
    if (this.#accepted.length >= this.#max) return false;
    this.#accepted.push(now);
    return true;
  }
}
