import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * What is committed is with the operating system, so a killed process loses nothing. It is not forced to the disk:
 * that would block a whole thread for milliseconds again and again, to guard against a machine that loses power.
 */
export const DURABLE_AGAINST_KILL = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;';

/** Opens a database of this machine's state; its folder is made where it is missing. */
export function openDatabase(file: string, schema: string): DatabaseSync {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(DURABLE_AGAINST_KILL);
  database.exec(schema);
  return database;
}
