import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { damaged, explained, type StoreFile } from './failure.ts';

// Jest cannot resolve node:sqlite, because the module has no name without the prefix.
const sqlite = process.getBuiltinModule('node:sqlite');

/**
 * A commit reaches the operating system, so a killed process loses nothing. It is not synced to the disk, because a sync
 * blocks the thread for milliseconds and only protects against a loss of power. So a checkpoint is cheap, and one at each megabyte keeps the
 * journals small.
 */
export const DURABLE_AGAINST_KILL =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 250; PRAGMA journal_size_limit = 1048576;';

/**
 * Up to this size a database is read whole when it is opened, which takes 5 ms for each megabyte. A larger one would delay the start by
 * seconds: only its header and its schema are read, and damage elsewhere shows when its page is used.
 */
const CHECKED_WHOLE_BYTES = 32 * 1024 * 1024;

/**
 * Opens a database and creates it and its folder if they are missing. `holds` is what is lost with the file. Throws StoreFailure, as do
 * all later calls that find the file damaged or the disk full.
 */
export function openDatabase(file: string, schema: string, holds = 'what it holds'): DatabaseSync {
  if (file === ':memory:') {
    const database = new sqlite.DatabaseSync(file);
    database.exec(schema);
    return database;
  }
  return openStore({ path: file, holds }, (path) => {
    const database = new sqlite.DatabaseSync(path);
    database.exec(DURABLE_AGAINST_KILL);
    database.exec(schema);
    return database;
  });
}

/** Opens a database in the caller's way, and checks and guards it as `openDatabase` does. */
export function openStore(file: StoreFile, open: (path: string) => DatabaseSync): DatabaseSync {
  try {
    mkdirSync(dirname(file.path), { recursive: true });
    checkDatabase(file);
    const database = open(file.path);
    guardDatabase(database, file);
    return database;
  } catch (error) {
    throw explained(error, file);
  }
}

/** Throws StoreFailure if a database exists and is damaged. */
export function checkDatabase(file: StoreFile): void {
  const size = statSync(file.path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return;
  const database = new sqlite.DatabaseSync(file.path);
  try {
    if (size > CHECKED_WHOLE_BYTES) database.prepare('SELECT COUNT(*) FROM sqlite_schema').get();
    else {
      const found = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
      if (found !== 'ok') throw damaged(file, String(found).replaceAll(/\s+/g, ' '));
    }
  } catch (error) {
    throw explained(error, file);
  } finally {
    database.close();
  }
}

/** Makes every later call of a database throw StoreFailure where it finds the file damaged or the disk full. */
export function guardDatabase(database: DatabaseSync, file: StoreFile): void {
  const exec = database.exec.bind(database);
  const prepare = database.prepare.bind(database);
  database.exec = (sql) => guarded(file, () => exec(sql));
  database.prepare = (sql) => {
    const statement = guarded(file, () => prepare(sql));
    guardStatement(statement, file);
    return statement;
  };
}

/** The same for a statement that was prepared before its database was guarded. */
export function guardStatement(statement: StatementSync, file: StoreFile): void {
  for (const name of ['run', 'get', 'all'] as const) {
    const method = statement[name].bind(statement) as (...values: unknown[]) => never;
    statement[name] = (...values: unknown[]) => guarded(file, () => method(...values));
  }
  const iterate = statement.iterate.bind(statement) as (...values: unknown[]) => ReturnType<StatementSync['iterate']>;
  statement.iterate = function* (...values: unknown[]) {
    try {
      yield* iterate(...values);
    } catch (error) {
      throw explained(error, file);
    }
  } as StatementSync['iterate'];
}

function guarded<T>(file: StoreFile, access: () => T): T {
  try {
    return access();
  } catch (error) {
    throw explained(error, file);
  }
}
