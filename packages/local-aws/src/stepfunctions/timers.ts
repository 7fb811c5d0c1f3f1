/** The time of the engine. Tests replace it. */
export interface EngineClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back after `ms` milliseconds, unless the returned function is called first. */
  after(ms: number, callback: () => void): () => void;
}

/** setTimeout takes at most 2^31-1 ms. A longer wait is continued when this one ends. */
const MAX_TIMER_MS = 2_000_000_000;

export const systemClock: EngineClock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

export interface Timer {
  readonly due: number;
  readonly fire: () => void;
  /** Position in the heap; -1 once fired or cancelled. */
  place: number;
}

/** All waits, timeouts and backoffs of the engine in a binary heap, so that 10,000 waiting tasks need one system timer. */
export class Timers {
  readonly #clock: EngineClock;
  readonly #heap: Timer[] = [];
  #cancelSystem: (() => void) | undefined;
  #systemDue = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(clock: EngineClock) {
    this.#clock = clock;
  }

  /** Calls `fire` at `due`, in milliseconds since the epoch, and always in a later turn. */
  at(due: number, fire: () => void): Timer {
    const timer: Timer = { due, fire, place: this.#heap.length };
    this.#heap.push(timer);
    this.#up(timer.place);
    this.#arm();
    return timer;
  }

  cancel(timer: Timer | undefined): void {
    if (timer === undefined || timer.place < 0) return;
    const place = timer.place;
    timer.place = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === timer) return;
    this.#set(place, last);
    this.#up(place);
    this.#down(last.place);
  }

  close(): void {
    this.#closed = true;
    this.#cancelSystem?.();
  }

  #run(): void {
    this.#systemDue = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined && first.due <= now; first = this.#heap[0]) {
      this.cancel(first);
      first.fire();
    }
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (this.#closed || first === undefined || first.due >= this.#systemDue) return;
    this.#cancelSystem?.();
    this.#systemDue = first.due;
    this.#cancelSystem = this.#clock.after(Math.max(0, first.due - this.#clock.now()), () => this.#run());
  }

  #set(place: number, timer: Timer): void {
    this.#heap[place] = timer;
    timer.place = place;
  }

  #up(from: number): void {
    let place = from;
    const timer = this.#heap[place];
    if (timer === undefined) return;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.due <= timer.due) break;
      this.#set(place, parent);
      place = above;
    }
    this.#set(place, timer);
  }

  #down(from: number): void {
    let place = from;
    const timer = this.#heap[place];
    if (timer === undefined) return;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const smaller = right !== undefined && left !== undefined && right.due < left.due ? right : left;
      if (smaller === undefined || smaller.due >= timer.due) break;
      const below = smaller.place;
      this.#set(place, smaller);
      place = below;
    }
    this.#set(place, timer);
  }
}
