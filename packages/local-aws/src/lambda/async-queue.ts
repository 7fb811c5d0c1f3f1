import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionSpec } from './spec.ts';
import type { AsyncCall, AsyncStore } from './state/async-store.ts';

export interface AsyncQueueOptions {
  store: AsyncStore;
  specOf(functionName: string): FunctionSpec | undefined;
  /** Runs a call; false when the function failed. Throws when it could not be run at all (throttled). */
  run(call: AsyncCall): Promise<boolean>;
  onDropped(call: AsyncCall): void;
  /** Milliseconds before a failed call's next try; AWS waits one minute, then two. */
  retryDelayMs?: (attempts: number) => number;
  now?: () => number;
}

/** While a function is throttled its calls are tried again without using up a retry. */
const THROTTLED_DELAY_MS = 1000;

/** Lambda's queue of asynchronous calls: each is run until it succeeds, its retries are used up or it is too old. */
export class AsyncQueue {
  private readonly options: AsyncQueueOptions;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(options: AsyncQueueOptions) {
    this.options = options;
  }

  /** Goes on with what an earlier run had accepted. */
  resume(): void {
    for (const call of this.options.store.all()) this.start(call);
  }

  accept(id: string, functionName: string, payload: string): void {
    const now = this.now();
    const call: AsyncCall = { id, functionName, payload, attempts: 0, acceptedAt: now, dueAt: now };
    this.options.store.add(call);
    this.start(call);
  }

  /** Calls under way are repeated after the next start. */
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
    while (!this.stopping.signal.aborted) {
      await this.waitUntil(dueAt);
      if (this.stopping.signal.aborted) return;
      const outcome = spec ? await this.attempt(call) : 'failed';
      // The threads are being ended: what looks like a failure now is none.
      if (this.stopping.signal.aborted && outcome !== 'done') return;
      if (outcome === 'failed') attempts += 1;
      const now = this.now();
      const over = !spec || attempts > spec.asyncRetries || now - call.acceptedAt > spec.asyncMaxAgeSeconds * 1000;
      if (outcome === 'done' || over) {
        store.remove(call.id);
        if (outcome !== 'done') onDropped(call);
        return;
      }
      dueAt = now + (outcome === 'throttled' ? THROTTLED_DELAY_MS : this.retryDelayMs(attempts));
      store.reschedule(call.id, attempts, dueAt);
    }
  }

  private async attempt(call: AsyncCall): Promise<'done' | 'failed' | 'throttled'> {
    try {
      return (await this.options.run(call)) ? 'done' : 'failed';
    } catch (error) {
      if (error instanceof Error && error.name === 'TooManyRequestsException') return 'throttled';
      throw error;
    }
  }

  private async waitUntil(dueAt: number): Promise<void> {
    const ms = dueAt - this.now();
    if (ms <= 0) return;
    try {
      await sleep(ms, undefined, { signal: this.stopping.signal, ref: false });
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
