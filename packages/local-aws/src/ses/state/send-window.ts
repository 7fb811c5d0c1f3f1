/** SES accepts a little more than the rate before it throttles. */
const TOLERANCE = 1.05;
const WINDOW_MS = 1_000;

/** Counts the messages of the last second, in a sliding window. */
export class SendWindow {
  #times: number[] = [];
  #first = 0;

  /** Counts messages if the rate allows them. Returns false if it does not. */
  accept(messages: number, maxSendRate: number, now: number): boolean {
    while (this.#first < this.#times.length && (this.#times[this.#first] ?? 0) <= now - WINDOW_MS) this.#first++;
    if (this.#times.length - this.#first + messages > maxSendRate * TOLERANCE + 1) return false;
    if (this.#first > 4_096) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
    for (let message = 0; message < messages; message++) this.#times.push(now);
    return true;
  }
}
