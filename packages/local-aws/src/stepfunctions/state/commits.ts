import type { DatabaseSync } from 'node:sqlite';

/** Milliseconds between commits under load. A commit takes 100 µs even if it is small, and there would be 2,000 a second. */
const GAP_MS = 3;

/**
 * Group commit: the writes of a few milliseconds share a transaction. Everything that others can see, such as a response, the call
 * of a task or an event, waits for the commit, so a crash before it leaves nothing visible.
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

  /** Calls `release` once every write so far is committed. */
  afterCommit(release: () => void): void {
    this.#releases.push(release);
    this.#schedule();
  }

  /** Resolves once every write so far is committed. */
  committed(): Promise<void> {
    return this.#scheduled ? new Promise((resolve) => this.afterCommit(resolve)) : Promise.resolve();
  }

  /** Commits the pending writes now. */
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

  /** A scheduled flush has nothing to do if `flush` was called before. */
  #flushScheduled(): void {
    if (this.#scheduled) this.flush();
  }

  #commit(writes: readonly (() => void)[]): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const write of writes) write();
      this.#db.exec('COMMIT');
    } catch (error) {
      // The memory differs from the store now, so nothing of it may become visible. A restart continues from the last commit.
      this.#closed = true;
      // SQLite itself has rolled back when the disk is full.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
    this.count++;
    this.#last = performance.now();
  }

  /** Commits the pending writes and stops. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    const since = performance.now() - this.#last;
    // After a pause the first write is committed at the end of its turn.
    if (since >= GAP_MS) setImmediate(() => this.#flushScheduled());
    else setTimeout(() => this.#flushScheduled(), GAP_MS - since);
  }
}
