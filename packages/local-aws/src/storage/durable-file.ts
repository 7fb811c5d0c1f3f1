import { renameSync, writeFileSync } from 'node:fs';

/** Replaces a small file atomically: a reader sees the old content or the new, also after a kill. */
export function replaceFile(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}
