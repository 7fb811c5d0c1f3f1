import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Outputs, outputsFile } from '../../dev/outputs.ts';

const BOOT_LIMIT_MS = 120_000;
const POLL_MS = 50;
const SHOWN_OUTPUT = 4_000;

/** A stack in its own process group, so that one signal kills all its processes. */
export class Victim {
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #exited: Promise<unknown>;
  #output = '';

  constructor(dataDir: string, options: readonly string[]) {
    this.#dataDir = dataDir;
    const script = new URL('../../cli/up.ts', import.meta.url).pathname;
    const args = ['--port', '0', '--aws-port', '0', '--data', dataDir, ...options];
    this.#child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-SHOWN_OUTPUT);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.#exited = once(this.#child, 'exit');
    // The group would outlive this process.
    process.once('exit', this.#end);
  }

  get output(): string {
    return this.#output;
  }

  /** False once it was killed or ended by itself. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves to its outputs once it is ready, or to undefined when `signal` is aborted first. Throws when it ends by itself. */
  async ready(signal?: AbortSignal): Promise<Outputs | undefined> {
    const deadline = Date.now() + BOOT_LIMIT_MS;
    const file = outputsFile(this.#dataDir);
    for (;;) {
      const outputs = this.#ownOutputs(file);
      if (outputs) return outputs;
      if (signal?.aborted) return undefined;
      if (!this.alive) throw new Error(`The stack ended by itself while it started:\n${this.#output}`);
      if (Date.now() > deadline) throw new Error(`The stack did not start in time:\n${this.#output}`);
      await sleep(POLL_MS);
    }
  }

  /** Kills all its processes at once. */
  async kill(): Promise<void> {
    this.#end();
    process.off('exit', this.#end);
    await this.#exited;
  }

  readonly #end = () => {
    if (this.alive && this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
  };

  /** The file of the previous stack exists until this one removes it, so this one's own output is checked first. */
  #ownOutputs(file: string): Outputs | undefined {
    if (!this.#output.includes('Ready in') || !existsSync(file)) return undefined;
    return JSON.parse(readFileSync(file, 'utf8')) as Outputs;
  }
}
