/** The throttle of a stage: a bucket of `burst` requests that is refilled at a rate per second. */
export class Throttle {
  private readonly burst: number;
  private readonly ratePerSecond: number;
  private tokens: number;
  private at: number;

  constructor(limits: { burst: number; ratePerSecond: number }, now: number) {
    this.burst = limits.burst;
    this.ratePerSecond = limits.ratePerSecond;
    this.tokens = limits.burst;
    this.at = now;
  }

  /** Takes a request from the bucket. Returns false if it is empty. */
  take(now: number): boolean {
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.at) / 1000) * this.ratePerSecond);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
