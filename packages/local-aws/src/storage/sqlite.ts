import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * A commit reaches the operating system, so a killed process loses nothing. It is not synced to the disk, because a sync
 * blocks the thread for milliseconds and only protects against a loss of power.
 */
export const DURABLE_AGAINST_KILL = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;';

/** Opens a database and creates its folder if it is missing. */
export function openDatabase(file: string, schema: string): DatabaseSync {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(DURABLE_AGAINST_KILL);
  database.exec(schema);
  return database;
}
