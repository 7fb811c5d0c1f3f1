import type { FunctionSpec } from '../spec.ts';
import { Instance, type InstanceOptions, type Invocation, type Outcome } from './instance.ts';

/** A call beyond the function's reserved concurrency. */
export class Throttled extends Error {
  constructor(functionName: string) {
    super(`Rate Exceeded: ${functionName} runs at its reserved concurrency`);
    this.name = 'TooManyRequestsException';
  }
}

/** AWS keeps an idle environment for some minutes. */
const IDLE_MS = 5 * 60_000;

/** The instances of one function: reused while warm, made on demand up to a cap; calls beyond it wait in order. */
export class FunctionPool {
  private readonly spec: FunctionSpec;
  private readonly options: InstanceOptions;
  private readonly idle: Instance[] = [];
  private readonly all = new Set<Instance>();
  private readonly waiting: PromiseWithResolvers<Instance>[] = [];
  private busy = 0;
  /** An instance is being started for calls that wait. */
  private growing = false;
  private closed = false;

  constructor(spec: FunctionSpec, options: InstanceOptions) {
    this.spec = spec;
    this.options = options;
  }

  /** Starts an instance ahead of the first call. */
  async warm(): Promise<void> {
    if (this.all.size > 0) return;
    const instance = this.create();
    this.idle.push(instance);
    await instance.warm();
  }

  /** An instance waits for a call. */
  get isWarm(): boolean {
    return this.idle.length > 0;
  }

  async invoke(call: Invocation): Promise<Outcome & { coldStart: boolean }> {
    if (this.spec.reservedConcurrency !== undefined && this.busy >= this.spec.reservedConcurrency) {
      throw new Throttled(this.spec.name);
    }
    this.busy += 1;
    try {
      const instance = await this.acquire();
      const coldStart = instance.cold;
      const outcome = await instance.invoke(call);
      if (!outcome.ok && outcome.fatal) this.discard(instance);
      else this.release(instance);
      return { ...outcome, coldStart };
    } finally {
      this.busy -= 1;
    }
  }

  /** Ends instances that nobody has called for some minutes. */
  async expireIdle(now: number): Promise<void> {
    const expired = this.idle.filter((instance) => now - instance.lastUsedAt > IDLE_MS);
    for (const instance of expired) this.idle.splice(this.idle.indexOf(instance), 1);
    await Promise.all(expired.map((instance) => this.end(instance)));
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const waiter of this.waiting.splice(0)) waiter.reject(new Error(`${this.spec.name} is being stopped`));
    await Promise.all([...this.all].map((instance) => this.end(instance)));
  }

  private acquire(): Promise<Instance> {
    // The one used last is the warmest, and leaves the others to expire.
    const instance = this.idle.pop();
    if (instance) return Promise.resolve(instance);
    const waiter = Promise.withResolvers<Instance>();
    this.waiting.push(waiter);
    this.grow();
    return waiter.promise;
  }

  /** Starts one more instance, behind the calls that wait: most are served sooner by one that is warm. */
  private grow(): void {
    if (this.growing || this.closed || this.waiting.length === 0 || this.all.size >= this.spec.maxInstances) return;
    this.growing = true;
    const instance = this.create();
    void instance.warm().then(() => {
      this.growing = false;
      if (this.all.has(instance)) this.release(instance);
      this.grow();
    });
  }

  private release(instance: Instance): void {
    const next = this.waiting.shift();
    if (next) next.resolve(instance);
    else this.idle.push(instance);
  }

  private discard(instance: Instance): void {
    this.all.delete(instance);
    if (this.waiting.length > 0 && !this.closed) this.release(this.create());
  }

  private create(): Instance {
    const instance = new Instance(this.spec, this.options);
    this.all.add(instance);
    return instance;
  }

  private async end(instance: Instance): Promise<void> {
    this.all.delete(instance);
    await instance.terminate();
  }
}
