/** How long a call will take, from how long it took: the smoothed mean plus deviations, as TCP estimates its timeout (RFC 6298). */
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

  /** Milliseconds within which nearly every call is over. */
  get expected(): number {
    return this.#estimate(4);
  }

  /** Milliseconds within which most calls are over. */
  get usual(): number {
    return this.#estimate(2);
  }

  #estimate(deviations: number): number {
    const { least, most } = this.#bounds;
    // The first calls of a process open its connections.
    const estimate = this.#mean === undefined ? 4 * least : this.#mean + deviations * this.#deviation;
    return Math.min(most, Math.max(least, estimate));
  }
}
