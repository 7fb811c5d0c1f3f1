import { mkdirSync } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

const FLUSH_MS = 100;
/** At this size a file is renamed to `<name>.1.log`, so the logs of a function take at most twice as much. */
const MAX_BYTES = 5_000_000;

/** The logs, in a file per function, `<dir>/<function>.log`. They are written in batches. */
export class LogFiles {
  private readonly dir: string;
  private readonly pending = new Map<string, string[]>();
  private readonly sizes = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(dir: string) {
    this.dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  append(functionName: string, text: string): void {
    const lines = this.pending.get(functionName);
    if (lines) lines.push(text);
    else this.pending.set(functionName, [text]);
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Resolves when everything appended so far is in the files. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    for (const [name, lines] of this.pending) {
      this.pending.delete(name);
      const path = join(this.dir, `${name}.log`);
      const text = lines.join('');
      const size = (this.sizes.get(name) ?? (await sizeOf(path))) + text.length;
      if (size > MAX_BYTES) await rename(path, join(this.dir, `${name}.1.log`)).catch(ignoreMissing);
      this.sizes.set(name, size > MAX_BYTES ? text.length : size);
      await appendFile(path, text);
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path).catch(ignoreMissing);
  return stats?.size ?? 0;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
