import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { GroupCommit } from '../../storage/group-commit.ts';
import { openDatabase } from '../../storage/sqlite.ts';
import { Statements } from '../../storage/statements.ts';
import { keyBytes } from './key-bytes.ts';

/** A key as it is stored: the bytes of a key of dynalite, or a name. */
export type StoredKey = string | Uint8Array;

/** A range of keys, in the terms of LevelDB. */
export interface Range {
  readonly gt?: StoredKey;
  readonly gte?: StoredKey;
  readonly lt?: StoredKey;
  readonly lte?: StoredKey;
  readonly reverse?: boolean;
  /** No limit if it is -1 or missing. */
  readonly limit?: number;
}

export interface Entry {
  readonly key: StoredKey;
  readonly value: string;
}

/** Where a key was found last, or where its value will be. */
interface Place {
  readonly space: string;
  readonly key: string;
  readonly value: number;
  readonly exists: boolean;
}

/**
 * Ordered keys and JSON values in SQLite, in named spaces. A key of one space may lead to the value of another. Calls are synchronous; writes are
 * committed in groups.
 */
export class KeyValueStore {
  readonly #database: DatabaseSync;
  readonly #commit: GroupCommit;
  readonly #spaces = new Map<string, number>();
  readonly #statements: Statements;
  #nextValue: number;
  /** Of the last `get` or `placeOf`: a write of the same key, which follows most reads, need not search again. */
  #place: Place | undefined;

  /** Without a folder everything is kept in memory. */
  constructor(folder: string | undefined) {
    this.#database = openDatabase(
      folder === undefined ? ':memory:' : join(folder, 'dynamodb.sqlite'),
      SCHEMA,
      'the items of all tables',
    );
    this.#commit = new GroupCommit(this.#database);
    this.#statements = new Statements(this.#database);
    for (const { id, name } of this.#database.prepare('SELECT id, name FROM space').all()) {
      this.#spaces.set(String(name), Number(id));
    }
    this.#nextValue = Number(this.#database.prepare('SELECT ifnull(max(id), 0) AS last FROM value').get()?.last) + 1;
  }

  get(space: string, key: string): string | undefined {
    return this.#find(space, key).json;
  }

  put(space: string, key: string, json: string): void {
    this.#commit.beforeWrite();
    const { value, exists } = this.#placeOf(space, key);
    if (exists) {
      this.#run('UPDATE value SET json = ? WHERE id = ?', json, value);
      return;
    }
    this.#run('INSERT INTO value VALUES (?, ?)', value, json);
    this.#run('INSERT INTO link VALUES (?, ?, ?)', this.#idOf(space), stored(space, key), value);
    this.#place = { space, key, value, exists: true };
  }

  /** Makes a key lead to the value that a key of another space has, or gets in this turn. The key must lead nowhere else. */
  link(space: string, key: string, to: { readonly space: string; readonly key: string }): void {
    this.#commit.beforeWrite();
    const { value } = this.#placeOf(to.space, to.key);
    this.#run('INSERT OR REPLACE INTO link VALUES (?, ?, ?)', this.#idOf(space), stored(space, key), value);
  }

  /** Removes a key that `link` has made. */
  unlink(space: string, key: string): void {
    this.#commit.beforeWrite();
    this.#run('DELETE FROM link WHERE space = ? AND key = ?', this.#idOf(space), stored(space, key));
  }

  delete(space: string, key: string): void {
    const { value, exists } = this.#placeOf(space, key);
    if (!exists) return;
    this.#commit.beforeWrite();
    this.#place = undefined;
    this.#run('DELETE FROM link WHERE space = ? AND key = ?', this.#idOf(space), stored(space, key));
    this.#run('DELETE FROM value WHERE id = ?', value);
  }

  /** Deletes all keys of a space with their values. */
  clear(space: string): void {
    this.#commit.beforeWrite();
    this.#place = undefined;
    this.#run('DELETE FROM value WHERE id IN (SELECT value FROM link WHERE space = ?)', this.#idOf(space));
    this.clearLinks(space);
  }

  /** Removes all keys of a space that has links only. */
  clearLinks(space: string): void {
    this.#commit.beforeWrite();
    this.#run('DELETE FROM link WHERE space = ?', this.#idOf(space));
  }

  *range(space: string, range: Range = {}): Generator<Entry> {
    const id = this.#spaces.get(space);
    if (id === undefined) return;
    const where = ['space = ?'];
    const values: (number | StoredKey)[] = [id];
    for (const [bound, operator] of BOUNDS) {
      const key = range[bound];
      if (key === undefined) continue;
      where.push(`key ${operator} ?`);
      values.push(typeof key === 'string' ? stored(space, key) : key);
    }
    let sql = `SELECT key, json FROM link JOIN value ON id = value WHERE ${where.join(' AND ')} ORDER BY key${range.reverse ? ' DESC' : ''}`;
    if (range.limit !== undefined && range.limit >= 0) {
      sql += ' LIMIT ?';
      values.push(range.limit);
    }
    for (const row of this.#statements.of(sql).iterate(...values)) {
      yield { key: row.key as StoredKey, value: String(row.json) };
    }
  }

  /** Whether an earlier release wrote this store. It had one table, with the value beside each key. */
  hasEarlierEntries(): boolean {
    return this.#database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'entry'").get() !== undefined;
  }

  *earlierEntries(): Generator<{ readonly space: string; readonly key: string; readonly value: string }> {
    for (const { space, key, value } of this.#database.prepare('SELECT space, key, value FROM entry').iterate()) {
      yield { space: String(space), key: String(key), value: String(value) };
    }
  }

  dropEarlierEntries(): void {
    this.#commit.beforeWrite();
    this.#database.exec('DROP TABLE entry');
  }

  afterCommit(release: () => void): void {
    this.#commit.afterCommit(release);
  }

  close(): void {
    this.#commit.flush();
    this.#database.close();
  }

  #placeOf(space: string, key: string): Place {
    const known = this.#place;
    if (known && known.key === key && known.space === space) return known;
    return this.#find(space, key).place;
  }

  /** What a key leads to. A key that is missing is given the next value, for a write that may follow. */
  #find(space: string, key: string): { readonly place: Place; readonly json: string | undefined } {
    const id = this.#spaces.get(space);
    const row =
      id === undefined
        ? undefined
        : this.#statements
            .of('SELECT id, json FROM link JOIN value ON id = value WHERE space = ? AND key = ?')
            .get(id, stored(space, key));
    const place = { space, key, value: row ? Number(row.id) : this.#nextValue++, exists: row !== undefined };
    this.#place = place;
    return { place, json: row && String(row.json) };
  }

  #idOf(space: string): number {
    let id = this.#spaces.get(space);
    if (id === undefined) {
      id = Number(this.#run('INSERT INTO space (name) VALUES (?)', space).lastInsertRowid);
      this.#spaces.set(space, id);
    }
    return id;
  }

  #run(sql: string, ...values: (number | StoredKey)[]) {
    return this.#statements.of(sql).run(...values);
  }
}

/** Keys of items and of index entries are dynalite's, others are names. */
const stored = (space: string, key: string): StoredKey =>
  space.startsWith('item-') || space.startsWith('index-') ? keyBytes(key) : key;

/**
 * Values have a rowid, so that a page of 4 KB holds values of that size: without one a value over 1 KB, as many items are, gets a page of its own.
 * Keys have none, because they would then stand in the file twice.
 */
const SCHEMA = `
  PRAGMA cache_size = -64000;
  CREATE TABLE IF NOT EXISTS space (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS value (id INTEGER PRIMARY KEY, json TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS link (space INTEGER, key BLOB, value INTEGER, PRIMARY KEY (space, key)) WITHOUT ROWID;
`;

const BOUNDS = [
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
] as const;
