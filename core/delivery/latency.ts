/** Estimates how long a call takes: the smoothed mean plus deviations, as TCP estimates its timeout (RFC 6298). */
export class Latency {
  readonly #bounds: { least: number; most: number };
  #mean: number | undefined;
  #deviation = 0;

  constructor(bounds: { least: number; most: number }) {
    this.#bounds = bounds;
  }

  add(milliseconds: number): void {
    if (this.#mean === undefined) {
      this.#mean = milliseconds;
      this.#deviation = milliseconds / 2;
      return;
    }
    this.#deviation += (Math.abs(milliseconds - this.#mean) - this.#deviation) / 4;
    this.#mean += (milliseconds - this.#mean) / 8;
  }

  /** Milliseconds that nearly every call stays below. */
  get expected(): number {
    return this.#estimate(4);
  }

  /** Milliseconds that most calls stay below. */
  get usual(): number {
    return this.#estimate(2);
  }

  #estimate(deviations: number): number {
    const { least, most } = this.#bounds;
    // The first calls of a process also open connections, so they take longer.
    const estimate = this.#mean === undefined ? 4 * least : this.#mean + deviations * this.#deviation;
    return Math.min(most, Math.max(least, estimate));
  }
}
