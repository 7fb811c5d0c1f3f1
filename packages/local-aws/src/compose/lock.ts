import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { explained } from '../storage/failure.ts';

export interface Lock {
  release(): void;
}

/**
 * Locks a file. Returns undefined if another process holds the lock for longer than `waitMs`; the thread sleeps meanwhile. It is a
 * lock of SQLite, which the operating system releases when the process ends, so a killed process leaves no stale lock.
 */
export function takeLock(file: string, waitMs: number): Lock | undefined {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: waitMs });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw explained(error, { path: file, holds: 'anything: it is only a lock' });
  }
  return { release: () => database.close() };
}

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === SQLITE_BUSY;

export class DataDirInUse extends Error {
  constructor(dataDir: string, pid: string) {
    super(
      `The data directory ${dataDir} is in use${pid && ` by process ${pid}`}: ` +
        'stop that one first, or choose another directory with --data',
    );
    this.name = 'DataDirInUse';
  }
}

/** A killed process may need a moment to end. */
const WAIT_MS = 1500;

/** Locks a data directory for this process. Throws DataDirInUse. */
export function lockDataDir(dataDir: string): Lock {
  const pidFile = join(dataDir, 'pid');
  const lock = takeLock(join(dataDir, 'lock'), WAIT_MS);
  if (!lock) throw new DataDirInUse(dataDir, read(pidFile));
  writeFileSync(pidFile, String(process.pid));
  return lock;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The other process has the lock but has not written the file yet.
    return '';
  }
}
