import type { DatabaseSync } from 'node:sqlite';

/**
 * Gathers the writes of one turn of the event loop in one SQLite transaction, and holds back every answer until it
 * is committed: what anyone outside can see survives a kill -9, at the price of one commit for many calls.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  #open = false;
  #held: (() => void)[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** To be called before each write. */
  beforeWrite(): void {
    if (this.#open) return;
    this.#database.exec('BEGIN IMMEDIATE');
    this.#open = true;
    setImmediate(() => this.flush());
  }

  /** Runs `release` once nothing that it may tell of can be lost. */
  afterCommit(release: () => void): void {
    if (this.#open) this.#held.push(release);
    else release();
  }

  /** Commits what is open now. */
  flush(): void {
    if (!this.#open) return;
    this.#database.exec('COMMIT');
    this.#open = false;
    const held = this.#held;
    this.#held = [];
    for (const release of held) release();
  }
}
