import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { damaged, explained, type StoreFile } from './failure.ts';

/** Replaces a small file atomically: a reader sees the old content or the new, also after a kill. Throws StoreFailure if the disk is full. */
export function replaceFile(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw explained(error, { path, holds: '' });
  }
}

/** The same without blocking the thread. Calls for one file must follow each other. */
export async function replaceFileAside(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw explained(error, { path, holds: '' });
  }
}

/** The JSON of a file, undefined if there is no file. Throws StoreFailure if the file does not hold what `isValid` accepts. */
export function readJsonFile<T>(file: StoreFile, isValid: (value: unknown) => value is T): T | undefined {
  if (!existsSync(file.path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file.path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw damaged(file, 'it is not valid JSON', error);
  }
  if (!isValid(value)) throw damaged(file, 'its content has not the expected form');
  return value;
}
