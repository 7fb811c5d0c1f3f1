import type { DatabaseSync } from 'node:sqlite';

/**
 * Commits all writes of one turn of the event loop in one SQLite transaction and delays every response until then. So
 * whatever a client has seen survives a kill -9, and many calls share the cost of one commit.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  #open = false;
  #held: (() => void)[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Must be called before each write. */
  beforeWrite(): void {
    if (this.#open) return;
    this.#database.exec('BEGIN IMMEDIATE');
    this.#open = true;
    setImmediate(() => this.flush());
  }

  /** Calls `release` once every write so far is committed. */
  afterCommit(release: () => void): void {
    if (this.#open) this.#held.push(release);
    else release();
  }

  /** Commits the open transaction, if there is one. */
  flush(): void {
    if (!this.#open) return;
    this.#database.exec('COMMIT');
    this.#open = false;
    const held = this.#held;
    this.#held = [];
    for (const release of held) release();
  }
}
