import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ACCOUNTS } from '../../src/account.ts';
import { AsyncQueue } from '../../src/lambda/operations/async-queue.ts';
import type { LambdaRuntime } from '../../src/lambda/runtime.ts';
import { AsyncStore } from '../../src/lambda/state/async-store.ts';
import { Concurrency } from '../../src/lambda/state/concurrency.ts';
import { eventually, functionOf, runtimeOf, tempDir } from './support/functions.ts';

const THROTTLED = { name: 'TooManyRequestsException', status: 429 };

describe('the concurrency of an account', () => {
  it('is shared by all functions, and free again when an execution ends', () => {
    const concurrency = new Concurrency(2, []);
    const end = concurrency.begin({ name: 'a' });
    concurrency.begin({ name: 'b' });

    expect(() => concurrency.begin({ name: 'c' })).toThrow(expect.objectContaining(THROTTLED));
    end();
    expect(() => concurrency.begin({ name: 'c' })).not.toThrow();
  });

  it('leaves what a function reserves to that function, and the function has no more', () => {
    const reserved = { name: 'a', reservedConcurrency: 1 };
    const concurrency = new Concurrency(11, [reserved, { name: 'b' }]);
    for (let n = 0; n < 10; n += 1) concurrency.begin({ name: 'b' });

    expect(() => concurrency.begin({ name: 'b' })).toThrow('ConcurrentInvocationLimitExceeded');
    concurrency.begin(reserved);
    expect(() => concurrency.begin(reserved)).toThrow('ReservedFunctionConcurrentInvocationLimitExceeded');
  });

  it.each([
    [ACCOUNTS.new.concurrentExecutions, 1, 'minimum value of [10]'],
    [ACCOUNTS.default.concurrentExecutions, 901, 'minimum value of [100]'],
  ])('of %i executions cannot reserve %i, as on AWS', (limit, reservedConcurrency, message) => {
    expect(() => new Concurrency(limit, [{ name: 'a', reservedConcurrency }])).toThrow(message);
    expect(() => new Concurrency(1000, [{ name: 'a', reservedConcurrency: 900 }])).not.toThrow();
  });
});

const open: LambdaRuntime[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((runtime) => runtime.close()));
});

/** A function that runs until the file is there. */
const waiting = (name: string, file: string) =>
  functionOf(
    name,
    `import { existsSync } from 'node:fs';
    export const handler = async () => {
      while (!existsSync(${JSON.stringify(file)})) await new Promise((r) => setTimeout(r, 5));
      return 'done';
    };`,
  );

describe('Lambda in an account with one execution at once', () => {
  it('refuses a synchronous call of another function meanwhile, and runs an asynchronous one later', async () => {
    const file = join(tempDir(), 'go');
    const seen = join(tempDir(), 'seen');
    const writes = `import { writeFileSync } from 'node:fs';
      export const handler = async () => writeFileSync(${JSON.stringify(seen)}, '');`;
    const runtime = runtimeOf([waiting('first', file), functionOf('second', writes)], { concurrentExecutions: 1 });
    open.push(runtime);

    const first = runtime.invoke('first', '{}');
    await expect(runtime.invoke('second', '{}')).rejects.toMatchObject(THROTTLED);
    runtime.invokeAsync('second', '{}');
    expect(existsSync(seen)).toBe(false);
    writeFileSync(file, '');

    expect((await first).payload).toBe('"done"');
    await eventually(() => existsSync(seen));
  });
});

describe('a throttled asynchronous call', () => {
  it('comes back after 1 s, then twice as late each time, and uses up no retry', async () => {
    const store = new AsyncStore(join(tempDir(), 'async.sqlite'));
    const spec = functionOf('f', '', { asyncRetries: 0 });
    let now = 0;
    const delays: number[] = [];
    const done = Promise.withResolvers<void>();
    const queue = new AsyncQueue({
      store,
      specOf: () => spec,
      async run() {
        if (delays.length < 10) throw Object.assign(new Error('busy'), { name: 'TooManyRequestsException' });
        done.resolve();
        return true;
      },
      onDropped: () => done.reject(new Error('it was dropped')),
      now: () => now,
      async sleep(ms) {
        delays.push(ms);
        now += ms;
      },
    });

    queue.accept({ id: 'c', functionName: 'f', payload: '{}' });
    await done.promise;
    await queue.stop();
    store.close();

    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map((seconds) => seconds * 1000));
  });
});
