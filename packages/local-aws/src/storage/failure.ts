/** Why a file of the data directory cannot be used. */
export type StoreFailureKind = 'damaged' | 'full';

/** A file of the data directory is damaged, or cannot grow because the disk is full. The message is for the user and says what to do. */
export class StoreFailure extends Error {
  readonly kind: StoreFailureKind;

  constructor(kind: StoreFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreFailure';
    this.kind = kind;
  }
}

/** A file of the data directory, as a message to the user describes it. */
export interface StoreFile {
  readonly path: string;
  /** What a start without this file lacks, such as "the items of all tables". */
  readonly holds: string;
}

/** https://www.sqlite.org/rescode.html: the low byte of an extended code is the primary code. */
const PRIMARY_CODE = 0xff;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

export function damaged({ path, holds }: StoreFile, detail: string, cause?: unknown): StoreFailure {
  return new StoreFailure(
    'damaged',
    `${path} is damaged (${detail}). Restore it from a copy, or move it and all files whose names begin with its name away: ` +
      `the next start then makes a new one, without ${holds}.`,
    { cause },
  );
}

/** The error that an access to a file failed with, as a StoreFailure if the file is damaged or the disk is full. */
export function explained(error: unknown, file: StoreFile): unknown {
  if (isDiskFull(error)) return diskFull(file.path, error);
  const code = sqliteCode(error);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) return damaged(file, messageOf(error), error);
  return error;
}

/** As `explained`, for errors of any origin: the operating system names the file of a write that found no space. */
export function explainedWrite(error: unknown): unknown {
  if (!isDiskFull(error)) return error;
  const path = typeof error === 'object' && error !== null && 'path' in error ? String(error.path) : 'a file';
  return diskFull(path, error);
}

/** Whether the error is a StoreFailure. One from another thread is a copy that has lost its class. */
export const isStoreFailure = (error: unknown): error is StoreFailure =>
  error instanceof Error && error.name === 'StoreFailure';

/** Whether no file descriptor is free. That is over as soon as clients have closed their connections. */
export const isOutOfFiles = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');

function diskFull(path: string, cause: unknown): StoreFailure {
  if (isStoreFailure(cause)) return cause;
  return new StoreFailure(
    'full',
    `The disk is full: ${path} could not be written. Free space and start again; nothing is lost.`,
    { cause },
  );
}

function isDiskFull(error: unknown): boolean {
  if (isStoreFailure(error)) return error.kind === 'full';
  if (sqliteCode(error) === SQLITE_FULL) return true;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function sqliteCode(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & PRIMARY_CODE : undefined;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
