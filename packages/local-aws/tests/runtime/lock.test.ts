import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DataDirInUse, lockDataDir, takeLock } from '../../src/compose/lock.ts';
import { tempDir } from './support/functions.ts';

const LOCK_MODULE = new URL('../../src/compose/lock.ts', import.meta.url).href;
const FLAGS = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e'];

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Another process that locks the data directory until it is killed. */
async function holder(dataDir: string) {
  const script = `import { lockDataDir } from ${JSON.stringify(LOCK_MODULE)};
    // The variable keeps the lock: the garbage collector would release an unreferenced one.
    globalThis.lock = lockDataDir(${JSON.stringify(dataDir)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, [...FLAGS, script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

describe('the data directory', () => {
  it('is locked by one process, and the message names that process', async () => {
    const dataDir = tempDir();
    const child = await holder(dataDir);

    expect(() => lockDataDir(dataDir)).toThrow(DataDirInUse);
    expect(() => lockDataDir(dataDir)).toThrow(String(child.pid));
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('is unlocked at once after kill -9', async () => {
    const dataDir = tempDir();
    const child = await holder(dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');

    lockDataDir(dataDir).release();
  });

  it('can be locked again after a release', () => {
    const dataDir = tempDir();
    lockDataDir(dataDir).release();

    const script = `import { lockDataDir } from ${JSON.stringify(LOCK_MODULE)};
      lockDataDir(${JSON.stringify(dataDir)}); console.log('got it');`;

    expect(execFileSync(process.execPath, [...FLAGS, script]).toString()).toBe('got it\n');
  });

  it('cannot be locked twice by one process', () => {
    const file = `${tempDir()}/lock`;
    const lock = takeLock(file, 0);

    expect(takeLock(file, 0)).toBeUndefined();
    lock?.release();
  });
});
