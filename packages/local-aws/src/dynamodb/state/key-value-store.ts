import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { GroupCommit } from '../../storage/group-commit.ts';
import { openDatabase } from '../../storage/sqlite.ts';

/** A range of keys, in the terms of LevelDB. */
export interface Range {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  /** No limit if it is -1 or missing. */
  readonly limit?: number;
}

export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** Ordered keys and JSON values in SQLite, in named spaces. Calls are synchronous; writes are committed in groups. */
export class KeyValueStore {
  readonly #database: DatabaseSync;
  readonly #commit: GroupCommit;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #clear: StatementSync;
  readonly #ranges = new Map<string, StatementSync>();

  /** Without a folder everything is kept in memory. */
  constructor(folder: string | undefined) {
    this.#database = openDatabase(
      folder === undefined ? ':memory:' : join(folder, 'dynamodb.sqlite'),
      SCHEMA,
      'the items of all tables',
    );
    this.#commit = new GroupCommit(this.#database);
    this.#get = this.#database.prepare('SELECT value FROM entry WHERE space = ? AND key = ?');
    this.#put = this.#database.prepare(
      'INSERT INTO entry VALUES (?, ?, ?) ON CONFLICT (space, key) DO UPDATE SET value = excluded.value',
    );
    this.#delete = this.#database.prepare('DELETE FROM entry WHERE space = ? AND key = ?');
    this.#clear = this.#database.prepare('DELETE FROM entry WHERE space = ?');
  }

  get(space: string, key: string): string | undefined {
    const row = this.#get.get(space, key);
    return row === undefined ? undefined : String(row.value);
  }

  put(space: string, key: string, value: string): void {
    this.#commit.beforeWrite();
    this.#put.run(space, key, value);
  }

  delete(space: string, key: string): void {
    this.#commit.beforeWrite();
    this.#delete.run(space, key);
  }

  clear(space: string): void {
    this.#commit.beforeWrite();
    this.#clear.run(space);
  }

  *range(space: string, range: Range = {}): Generator<Entry> {
    const where = ['space = ?'];
    const values: (string | number)[] = [space];
    for (const [bound, operator] of BOUNDS) {
      const value = range[bound];
      if (value === undefined) continue;
      where.push(`key ${operator} ?`);
      values.push(value);
    }
    let sql = `SELECT key, value FROM entry WHERE ${where.join(' AND ')} ORDER BY key${range.reverse ? ' DESC' : ''}`;
    if (range.limit !== undefined && range.limit >= 0) {
      sql += ' LIMIT ?';
      values.push(range.limit);
    }
    let statement = this.#ranges.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#ranges.set(sql, statement);
    }
    for (const row of statement.iterate(...values)) yield { key: String(row.key), value: String(row.value) };
  }

  afterCommit(release: () => void): void {
    this.#commit.afterCommit(release);
  }

  close(): void {
    this.#commit.flush();
    this.#database.close();
  }
}

/**
 * With a rowid a page of 4 KB holds values of that size. Without one a value over 1 KB, as most items are, gets a page of its own: the file
 * is twice as large, and writing takes twice as long.
 */
const SCHEMA = `
  PRAGMA cache_size = -64000;
  CREATE TABLE IF NOT EXISTS entry (space TEXT, key TEXT, value TEXT, PRIMARY KEY (space, key));
`;

const BOUNDS = [
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
] as const;
