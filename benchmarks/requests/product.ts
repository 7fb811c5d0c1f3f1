import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outputs } from '../../dev/outputs.ts';

export interface RunningProduct extends Outputs {
  /** From the start of its process to its outputs. */
  readyMs: number;
  /** The CPU that the product and all its threads have used so far, in milliseconds. NaN where the system does not tell. */
  cpuMs(): number;
  /** The resident memory of the product. NaN where the system does not tell. */
  memoryMb(): number;
  /** What the data directory takes of the disk, without V8's compiled code, whose size does not follow the rows. */
  dataBytes(): number;
  stop(): Promise<void>;
}

/** Includes the time of a build. */
const READY_MS = 240_000;
const POLL_MS = 100;

/** Boots the product with state of its own, which is removed when it stops. `options` are those of `npm run up`. */
export async function startProduct(options: readonly string[] = []): Promise<RunningProduct> {
  const data = mkdtempSync(join(tmpdir(), 'pregon-load-'));
  const remove = () => rmSync(data, { recursive: true, force: true });
  try {
    const product = await startProductOn(data, options);
    return { ...product, stop: () => product.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Boots the product in its own process, on free ports, with the state in this folder. */
export async function startProductOn(data: string, options: readonly string[] = []): Promise<RunningProduct> {
  const outputs = join(data, 'outputs.json');
  // A product that was killed does not remove it.
  rmSync(outputs, { force: true });
  const started = performance.now();
  const args = [
    '--disable-warning=ExperimentalWarning',
    'cli/up.ts',
    '--port',
    '0',
    '--aws-port',
    '0',
    '--data',
    data,
    ...options,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  };
  const deadline = started + READY_MS;
  while (!existsSync(outputs)) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error('The product did not start. See its messages above.');
    }
    await sleep(POLL_MS);
  }
  const readyMs = performance.now() - started;
  const found = JSON.parse(readFileSync(outputs, 'utf8')) as Outputs;
  return {
    ...found,
    readyMs,
    cpuMs: () => cpuMsOf(child.pid),
    memoryMb: () => memoryMbOf(child.pid),
    dataBytes: () => bytesIn(data),
    stop,
  };
}

/** Linux counts in hundredths of a second. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICK_MS = 10;

function cpuMsOf(pid: number | undefined): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  // The name of the process, which is the second field, may have spaces.
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function memoryMbOf(pid: number | undefined): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return Number.NaN;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1]) / 1024;
}

const COMPILED_CODE = 'cache';
/** Of a file's size on the disk: https://man7.org/linux/man-pages/man3/stat.3type.html */
const BLOCK_BYTES = 512;

function bytesIn(data: string): number {
  const entries = readdirSync(data, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && !relative(data, entry.parentPath).startsWith(COMPILED_CODE),
  );
  // A file may be removed meanwhile.
  const blocks = files.map(
    ({ parentPath, name }) => statSync(join(parentPath, name), { throwIfNoEntry: false })?.blocks ?? 0,
  );
  return blocks.reduce((sum, one) => sum + one, 0) * BLOCK_BYTES;
}
