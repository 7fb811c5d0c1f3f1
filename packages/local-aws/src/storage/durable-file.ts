import { renameSync, writeFileSync } from 'node:fs';

/** Replaces a small file as a whole: whoever reads it, even after a kill, sees the old content or the new. */
export function replaceFile(path: string, content: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}
