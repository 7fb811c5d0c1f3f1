import { mkdirSync } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isOutOfFiles } from '../../storage/failure.ts';

const FLUSH_MS = 100;
/** At this size a file is renamed to `<name>.1.log`, so the logs of a function take at most twice as much. */
const MAX_BYTES = 5_000_000;
/** Lines that wait for a free file descriptor. Older ones are dropped. */
const MAX_PENDING_LINES = 10_000;

/** The logs, in a file per function, `<dir>/<function>.log`. They are written in batches. */
export class LogFiles {
  readonly dir: string;
  private readonly pending = new Map<string, string[]>();
  private readonly sizes = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private readonly appendTo: typeof appendFile;

  constructor(dir: string, appendTo = appendFile) {
    this.dir = dir;
    this.appendTo = appendTo;
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
    for (const [name, lines] of [...this.pending]) {
      this.pending.delete(name);
      try {
        await this.writeTo(name, lines.join(''));
      } catch (error) {
        if (!isOutOfFiles(error)) throw error;
        // Clients of the stack hold all file descriptors. The lines are written with the next ones.
        this.pending.set(name, [...lines, ...(this.pending.get(name) ?? [])].slice(-MAX_PENDING_LINES));
      }
    }
  }

  private async writeTo(name: string, text: string): Promise<void> {
    const path = join(this.dir, `${name}.log`);
    const size = (this.sizes.get(name) ?? (await sizeOf(path))) + text.length;
    if (size > MAX_BYTES) await rename(path, join(this.dir, `${name}.1.log`)).catch(ignoreMissing);
    await this.appendTo(path, text);
    this.sizes.set(name, size > MAX_BYTES ? text.length : size);
  }
}

async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path).catch(ignoreMissing);
  return stats?.size ?? 0;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
