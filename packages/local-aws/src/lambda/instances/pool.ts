import type { FunctionSpec } from '../definitions.ts';
import { Instance, type InstanceOptions, type Invocation, type Outcome } from './instance.ts';
import type { InstanceRoom, RoomUser } from './room.ts';

/** AWS keeps an idle instance for some minutes. */
const IDLE_MS = 5 * 60_000;

/** The instances of a function. Idle ones are reused, new ones are started up to a limit and while there is room, and further calls wait in order. */
export class FunctionPool implements RoomUser {
  private readonly spec: FunctionSpec;
  private readonly options: InstanceOptions;
  private readonly room: InstanceRoom;
  private readonly idle: Instance[] = [];
  private readonly all = new Set<Instance>();
  private readonly waiting: (PromiseWithResolvers<Instance> & { since: number })[] = [];
  /** Whether an instance is being started for waiting calls. */
  private growing = false;
  private closed = false;

  constructor(spec: FunctionSpec, options: InstanceOptions, room: InstanceRoom) {
    this.spec = spec;
    this.options = options;
    this.room = room;
    room.add(this);
  }

  /** Starts an instance before the first call, if there is plenty of room. */
  async warm(): Promise<void> {
    if (this.all.size > 0 || !this.room.hasPlenty()) return;
    const instance = this.create();
    this.idle.push(instance);
    await instance.warm();
  }

  /** Whether an idle instance exists. */
  get isWarm(): boolean {
    return this.idle.length > 0;
  }

  get size(): number {
    return this.all.size;
  }

  get idleSince(): number | undefined {
    return this.idle[0]?.lastUsedAt;
  }

  get waitingSince(): number | undefined {
    return this.waiting[0]?.since;
  }

  async endIdle(): Promise<void> {
    const instance = this.idle.shift();
    if (instance) await this.end(instance);
  }

  async invoke(call: Invocation): Promise<Outcome & { coldStart: boolean }> {
    const instance = await this.acquire();
    const coldStart = instance.cold;
    const outcome = await instance.invoke(call);
    if (!outcome.ok && outcome.fatal) this.discard(instance);
    else if (this.room.mustGiveWay()) void this.giveWay(instance);
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
    const waiter = { ...Promise.withResolvers<Instance>(), since: Date.now() };
    this.waiting.push(waiter);
    this.grow();
    return waiter.promise;
  }

  /** Starts another instance in the background. Most waiting calls are served sooner by an existing one. */
  grow(): void {
    if (this.growing || this.closed || this.waiting.length === 0 || this.all.size >= this.spec.maxInstances) return;
    if (!this.room.allows(this)) return;
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
    if (next) {
      next.resolve(instance);
      return;
    }
    this.idle.push(instance);
    this.room.freed();
  }

  private async giveWay(instance: Instance): Promise<void> {
    await this.end(instance);
    this.room.freed();
    this.grow();
  }

  private discard(instance: Instance): void {
    this.all.delete(instance);
    this.grow();
    this.room.freed();
  }

  private create(): Instance {
    const instance = new Instance(this.spec, this.options);
    this.all.add(instance);
    void this.room.started(instance.warm());
    return instance;
  }

  private async end(instance: Instance): Promise<void> {
    this.all.delete(instance);
    await instance.terminate();
  }
}
