import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outputs } from '../../dev/outputs.ts';

export interface RunningProduct extends Outputs {
  stop(): Promise<void>;
}

/** Includes the time of a build. */
const READY_MS = 240_000;
const POLL_MS = 100;

/** Boots the product in its own process, on free ports, with its own state. `options` are those of `npm run up`. */
export async function startProduct(options: readonly string[] = []): Promise<RunningProduct> {
  const data = mkdtempSync(join(tmpdir(), 'pregon-load-'));
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
    rmSync(data, { recursive: true, force: true });
  };
  const outputs = join(data, 'outputs.json');
  const deadline = performance.now() + READY_MS;
  while (!existsSync(outputs)) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error('The product did not start. See its messages above.');
    }
    await sleep(POLL_MS);
  }
  return { ...(JSON.parse(readFileSync(outputs, 'utf8')) as Outputs), stop };
}
