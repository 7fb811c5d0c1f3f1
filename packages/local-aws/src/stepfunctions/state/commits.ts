import type { DatabaseSync } from 'node:sqlite';

/** Milliseconds between commits under load: each costs some 100 µs however little is in it, and 2,000 a second would come. */
const GAP_MS = 3;

/**
 * Group commit: what happens within a few milliseconds is written in one transaction, and whatever would let others
 * see it (an answer, a task's call, an event) is released after the commit. A crash in between undoes both.
 */
export class Commits {
  readonly #db: DatabaseSync;
  #writes: (() => void)[] = [];
  #releases: (() => void)[] = [];
  #scheduled = false;
  #closed = false;
  #last = 0;
  /** Commits made; for benchmarks. */
  count = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Adds a write to the next transaction. */
  write(operation: () => void): void {
    this.#writes.push(operation);
    this.#schedule();
  }

  /** Calls back once everything written so far is committed. */
  afterCommit(release: () => void): void {
    this.#releases.push(release);
    this.#schedule();
  }

  /** Resolves once everything written so far is committed; at once where nothing is waiting. */
  committed(): Promise<void> {
    return this.#scheduled ? new Promise((resolve) => this.afterCommit(resolve)) : Promise.resolve();
  }

  /** Commits what is there now. */
  flush(): void {
    this.#scheduled = false;
    const writes = this.#writes;
    const releases = this.#releases;
    this.#writes = [];
    this.#releases = [];
    if (this.#closed) return;
    if (writes.length > 0) this.#commit(writes);
    for (const release of releases) release();
  }

  /** Nothing is left to do where somebody could not wait and has flushed before. */
  #flushScheduled(): void {
    if (this.#scheduled) this.flush();
  }

  #commit(writes: readonly (() => void)[]): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const write of writes) write();
      this.#db.exec('COMMIT');
    } catch (error) {
      // What is in memory is no longer what is stored: nothing of it may be seen. A restart goes on from the last commit.
      this.#closed = true;
      this.#db.exec('ROLLBACK');
      throw error;
    }
    this.count++;
    this.#last = performance.now();
  }

  /** Nothing is written or released any more. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    const since = performance.now() - this.#last;
    // After a pause there is nothing to gather: what comes first is committed at the end of its turn.
    if (since >= GAP_MS) setImmediate(() => this.#flushScheduled());
    else setTimeout(() => this.#flushScheduled(), GAP_MS - since);
  }
}
