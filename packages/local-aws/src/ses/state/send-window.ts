/** SES lets a little more than the rate through before it throttles; so does this. */
const TOLERANCE = 1.05;
const WINDOW_MS = 1_000;

/** Counts what was accepted in the last second, whichever second that is. */
export class SendWindow {
  #times: number[] = [];
  #first = 0;

  /** Whether `messages` more may be accepted now; if so, they are counted. */
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
