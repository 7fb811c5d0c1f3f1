import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Lock {
  release(): void;
}

/**
 * Takes a file as a lock, or answers undefined when another process holds it for longer than `waitMs` (this thread
 * sleeps meanwhile). The lock is SQLite's: the operating system releases it whatever ends the process, so a killed
 * one leaves nothing stale behind, and a reused process id confuses nobody.
 */
export function takeLock(file: string, waitMs: number): Lock | undefined {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: waitMs });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
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

/** A process that was just killed may take a moment to be really gone. */
const WAIT_MS = 1500;

/** Takes a data directory for this process. Throws DataDirInUse. */
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
    // It says who, and who is not known in the moment between lock and file.
    return '';
  }
}
