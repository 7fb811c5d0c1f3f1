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

  /**
   * Commits the open transaction, if there is one. If that fails, nothing of the turn is stored and no response is given. The error then
   * ends the thread or the process, because what is in memory may differ from the store.
   */
  flush(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#database.exec('COMMIT');
    const held = this.#held;
    this.#held = [];
    for (const release of held) release();
  }
}
