/** A body of 4 MB takes about three times its size on the heap, as base64 and in the function's event. */
const HEAP_SHARE = 16;

interface Waiter {
  bytes: number;
  enter(): void;
}

/** Bounds the bytes of the bodies that are on the heap at the same time. Requests beyond wait in order. */
export class BodyBudget {
  private readonly limit: number;
  private taken = 0;
  private readonly waiters: Waiter[] = [];

  constructor(heapLimit: number) {
    this.limit = heapLimit / HEAP_SHARE;
  }

  /**
   * Resolves to true when a body of this size may be used. One that is larger than the budget is used alone.
   * Resolves to false when the signal aborts first.
   */
  enter(bytes: number, signal: AbortSignal): Promise<boolean> {
    if (this.waiters.length === 0 && this.fits(bytes)) {
      this.taken += bytes;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const leave = () => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        resolve(false);
        this.admit();
      };
      const waiter: Waiter = {
        bytes,
        enter: () => {
          signal.removeEventListener('abort', leave);
          resolve(true);
        },
      };
      this.waiters.push(waiter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  leave(bytes: number): void {
    this.taken -= bytes;
    this.admit();
  }

  private fits(bytes: number): boolean {
    return this.taken === 0 || this.taken + bytes <= this.limit;
  }

  private admit(): void {
    for (let next = this.waiters[0]; next && this.fits(next.bytes); next = this.waiters[0]) {
      this.waiters.shift();
      this.taken += next.bytes;
      next.enter();
    }
  }
}
