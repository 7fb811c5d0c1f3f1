import type { FunctionSpec } from '../definitions.ts';
import { Instance, type InstanceOptions, type Invocation, type Outcome } from './instance.ts';

/** AWS keeps an idle instance for some minutes. */
const IDLE_MS = 5 * 60_000;

/** The instances of a function. Idle ones are reused, new ones are started up to a limit, and further calls wait in order. */
export class FunctionPool {
  private readonly spec: FunctionSpec;
  private readonly options: InstanceOptions;
  private readonly idle: Instance[] = [];
  private readonly all = new Set<Instance>();
  private readonly waiting: PromiseWithResolvers<Instance>[] = [];
  /** Whether an instance is being started for waiting calls. */
  private growing = false;
  private closed = false;

  constructor(spec: FunctionSpec, options: InstanceOptions) {
    this.spec = spec;
    this.options = options;
  }

  /** Starts an instance before the first call. */
  async warm(): Promise<void> {
    if (this.all.size > 0) return;
    const instance = this.create();
    this.idle.push(instance);
    await instance.warm();
  }

  /** Whether an idle instance exists. */
  get isWarm(): boolean {
    return this.idle.length > 0;
  }

  async invoke(call: Invocation): Promise<Outcome & { coldStart: boolean }> {
    const instance = await this.acquire();
    const coldStart = instance.cold;
    const outcome = await instance.invoke(call);
    if (!outcome.ok && outcome.fatal) this.discard(instance);
    else this.release(instance);
    return { ...outcome, coldStart };
  }

  /** Ends instances that were idle for some minutes. */
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
    // The last used instance is taken, so that the others can expire.
    const instance = this.idle.pop();
    if (instance) return Promise.resolve(instance);
    const waiter = Promise.withResolvers<Instance>();
    this.waiting.push(waiter);
    this.grow();
    return waiter.promise;
  }

  /** Starts another instance in the background. Most waiting calls are served sooner by an existing one. */
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
