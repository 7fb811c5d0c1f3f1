import type { Descriptors } from '../../descriptors.ts';

/** A thread has 5 file descriptors, and its connections to the AWS endpoint have two each, because both ends are in this process. */
const PER_INSTANCE = 16;
/** Connections of an instance to one address, while file descriptors are scarce. */
const MAX_CONNECTIONS = 5;
/** A function's first instance starts while this many are free, so that it can work. */
const FIRST = 24;
/** Further instances, and those that no call waits for, leave this many to first instances and to connections. */
const FURTHER = 64;

/** A function that has waited this long for its first instance gets the place of one that is busy, between two calls of that. */
const PATIENCE_MS = 2_000;

/** A pool as the room sees it. */
export interface RoomUser {
  readonly size: number;
  /** When its longest idle instance was used last. Undefined if none is idle. */
  readonly idleSince: number | undefined;
  /** Since when its longest waiting call waits. Undefined if none waits. */
  readonly waitingSince: number | undefined;
  /** Ends the instance that has been idle longest. */
  endIdle(): Promise<void>;
  /** Called once another instance may start. */
  grow(): void;
}

/**
 * Decides whether another instance may start. Where file descriptors are short, functions take turns: idle instances end in favour
 * of a function that has none, and its calls wait until one has ended.
 */
export class InstanceRoom {
  private readonly descriptors: Descriptors;
  private readonly users = new Set<RoomUser>();
  private readonly waiting = new Set<RoomUser>();
  /** Instances whose descriptors are not open yet. */
  private starting = 0;

  constructor(descriptors: Descriptors) {
    this.descriptors = descriptors;
  }

  /** The most connections that an instance may open to one address; undefined if that does not matter. */
  get maxConnections(): number | undefined {
    return this.descriptors.scarce ? MAX_CONNECTIONS : undefined;
  }

  add(user: RoomUser): void {
    this.users.add(user);
  }

  /** Whether an instance may start that no call needs. */
  hasPlenty(): boolean {
    return this.free() >= FURTHER;
  }

  /** Whether an instance for a waiting call may start. If not, the pool's `grow` is called as soon as that may have changed. */
  allows(user: RoomUser): boolean {
    if (user.size > 0) return this.hasPlenty();
    const hasRoom = this.free() >= FIRST || [...this.users].every(({ size }) => size === 0);
    if (hasRoom && this.isNext(user)) {
      this.waiting.delete(user);
      return true;
    }
    this.waiting.add(user);
    void this.endLongestIdle();
    return false;
  }

  /** Whether no other function without an instance has waited longer. */
  private isNext({ waitingSince = Date.now() }: RoomUser): boolean {
    return ![...this.waiting].some((other) => other.size === 0 && Number(other.waitingSince) < waitingSince);
  }

  /** Whether a busy instance must end after its call, because a function without any has waited for long. */
  mustGiveWay(): boolean {
    const since = Date.now() - PATIENCE_MS;
    return [...this.waiting].some(({ size, waitingSince = since }) => size === 0 && waitingSince < since);
  }

  /** Ends the instance that has been idle longest, of all functions. Resolves to false if none is idle. */
  async endLongestIdle(): Promise<boolean> {
    const [longest] = [...this.users]
      .filter(({ idleSince }) => idleSince !== undefined)
      .sort((a, b) => Number(a.idleSince) - Number(b.idleSince));
    if (!longest) return false;
    await longest.endIdle();
    this.freed();
    return true;
  }

  /** Counts an instance until its descriptors are open. */
  async started(ready: Promise<unknown>): Promise<void> {
    this.starting += 1;
    await ready;
    this.starting -= 1;
  }

  /** An instance has become idle or has ended: pools that wait try again, the one that has waited longest first. */
  freed(): void {
    const waiting = [...this.waiting].sort((a, b) => Number(a.waitingSince ?? 0) - Number(b.waitingSince ?? 0));
    this.waiting.clear();
    for (const user of waiting) user.grow();
  }

  private free(): number {
    return this.descriptors.free() - this.starting * PER_INSTANCE;
  }
}
