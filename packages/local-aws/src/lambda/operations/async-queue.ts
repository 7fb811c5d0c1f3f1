import { setTimeout as timer } from 'node:timers/promises';
import type { FunctionSpec } from '../definitions.ts';
import type { AsyncCall, AsyncStore } from '../state/async-store.ts';
import { isThrottled } from '../state/concurrency.ts';

export interface AsyncQueueOptions {
  store: AsyncStore;
  specOf(functionName: string): FunctionSpec | undefined;
  /** Runs a call. Returns false if the function failed. Throws if it was throttled. */
  run(call: AsyncCall): Promise<boolean>;
  onDropped(call: AsyncCall): void;
  /** Milliseconds before the next try of a failed call. AWS waits one minute, then two. */
  retryDelayMs?: (attempts: number) => number;
  now?: () => number;
  /** Rejects when the signal aborts. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * The delay after a throttled try, which does not count as a retry. It doubles up to five minutes:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const THROTTLED_DELAY_MS = { first: 1000, max: 300_000 };

/** The queue of asynchronous calls. Each is run until it succeeds, has no retries left or is too old. */
export class AsyncQueue {
  private readonly options: AsyncQueueOptions;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(options: AsyncQueueOptions) {
    this.options = options;
  }

  /** Continues the calls that an earlier process accepted. */
  resume(): void {
    for (const call of this.options.store.all()) this.start(call);
  }

  accept(accepted: Pick<AsyncCall, 'id' | 'functionName' | 'payload' | 'traceHeaders'>): void {
    const now = this.now();
    const call: AsyncCall = { ...accepted, attempts: 0, acceptedAt: now, dueAt: now };
    this.options.store.add(call);
    this.start(call);
  }

  /** Stops. Calls in progress are repeated after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.running);
  }

  private start(call: AsyncCall): void {
    const done = this.process(call).finally(() => this.running.delete(done));
    this.running.add(done);
  }

  private async process(call: AsyncCall): Promise<void> {
    const { store, specOf, onDropped } = this.options;
    const spec = specOf(call.functionName);
    let { attempts, dueAt } = call;
    let throttledDelayMs = THROTTLED_DELAY_MS.first;
    while (!this.stopping.signal.aborted) {
      await this.waitUntil(dueAt);
      if (this.stopping.signal.aborted) return;
      const outcome = spec ? await this.attempt(call) : 'failed';
      // The threads are being terminated, so a failure is not one of the function.
      if (this.stopping.signal.aborted && outcome !== 'done') return;
      if (outcome === 'failed') attempts += 1;
      const now = this.now();
      const gaveUp = !spec || attempts > spec.asyncRetries || now - call.acceptedAt > spec.asyncMaxAgeSeconds * 1000;
      if (outcome === 'done' || gaveUp) {
        store.remove(call.id);
        if (outcome !== 'done') onDropped(call);
        return;
      }
      dueAt = now + (outcome === 'throttled' ? throttledDelayMs : this.retryDelayMs(attempts));
      throttledDelayMs =
        outcome === 'throttled' ? Math.min(THROTTLED_DELAY_MS.max, throttledDelayMs * 2) : THROTTLED_DELAY_MS.first;
      store.reschedule(call.id, attempts, dueAt);
    }
  }

  private async attempt(call: AsyncCall): Promise<'done' | 'failed' | 'throttled'> {
    try {
      return (await this.options.run(call)) ? 'done' : 'failed';
    } catch (error) {
      if (isThrottled(error)) return 'throttled';
      throw error;
    }
  }

  private async waitUntil(dueAt: number): Promise<void> {
    const ms = dueAt - this.now();
    if (ms <= 0) return;
    try {
      await (this.options.sleep ?? sleep)(ms, this.stopping.signal);
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }

  private retryDelayMs(attempts: number): number {
    return this.options.retryDelayMs?.(attempts) ?? attempts * 60_000;
  }

  private now(): number {
    return this.options.now?.() ?? Date.now();
  }
}

const sleep = (ms: number, signal: AbortSignal) => timer(ms, undefined, { signal, ref: false });
