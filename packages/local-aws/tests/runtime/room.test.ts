import { afterEach, describe, expect, it } from '@jest/globals';
import { processDescriptors } from '../../src/descriptors.ts';
import { BodyBudget } from '../../src/http-api/state/body-budget.ts';
import type { LambdaRuntime } from '../../src/lambda/runtime.ts';
import { eventually, functionOf, runtimeOf } from './support/functions.ts';

let runtime: LambdaRuntime | undefined;
afterEach(async () => {
  await runtime?.close();
  runtime = undefined;
});

const source =
  'export const handler = async (event) => (event.wait ? new Promise(() => setInterval(() => {}, 1e6)) : "done");';

describe('instances while file descriptors are short', () => {
  it('take turns: an idle one ends in favour of a function that has none', async () => {
    let free = 100;
    const descriptors = { scarce: true, free: () => free };
    runtime = runtimeOf([functionOf('one', source), functionOf('two', source)], { descriptors });
    await runtime.invoke('one', '{}');
    expect(runtime.isWarm('one')).toBe(true);
    free = 0;

    const { payload } = await runtime.invoke('two', '{}');

    expect(payload).toBe('"done"');
    expect([runtime.isWarm('one'), runtime.isWarm('two')]).toEqual([false, true]);
  });

  it('take turns also where calls of a busy function never cease', async () => {
    let free = 100;
    const descriptors = { scarce: true, free: () => free };
    runtime = runtimeOf([functionOf('busy', source), functionOf('two', source)], { descriptors });
    const { invoke } = runtime;
    let ended = false;
    const keepCalling = async () => {
      while (!ended) await invoke.call(runtime, 'busy', '{}');
    };
    await runtime.invoke('busy', '{}');
    free = 0;
    const calling = [keepCalling(), keepCalling()];

    const { payload } = await runtime.invoke('two', '{}');
    ended = true;
    await Promise.all(calling);

    expect(payload).toBe('"done"');
  });

  it('wait for a busy one, and are not started before they are needed', async () => {
    let free = 100;
    const descriptors = { scarce: true, free: () => free };
    const slow = functionOf('slow', source, { timeoutSeconds: 1 });
    runtime = runtimeOf([slow, functionOf('two', source)], { descriptors });
    const busy = runtime.invoke('slow', '{"wait":true}');
    free = 0;
    await runtime.warm(['two']);
    expect(runtime.isWarm('two')).toBe(false);

    const answers = await Promise.all([busy, runtime.invoke('two', '{}')]);

    expect(answers.map(({ functionError }) => functionError)).toEqual(['Unhandled', undefined]);
  });
});

describe('the free descriptors of this process', () => {
  it('are the limit less what is open, and do not matter where the limit is high', async () => {
    const { free, scarce } = processDescriptors(1_000);

    expect(scarce).toBe(true);
    expect(free()).toBeGreaterThan(100);
    expect(free()).toBeLessThan(1_000);
    expect(processDescriptors(1_000_000).scarce).toBe(false);
  });
});

describe('the bodies on the heap', () => {
  const never = new AbortController().signal;

  it('are bounded; what does not fit waits in order', async () => {
    const budget = new BodyBudget(16 * 10);
    const entered: number[] = [];
    const enter = async (bytes: number) => {
      await budget.enter(bytes, never);
      entered.push(bytes);
    };
    const all = [enter(6), enter(5), enter(1)];
    await eventually(() => entered.length === 1);

    budget.leave(6);
    await Promise.all(all);

    expect(entered).toEqual([6, 5, 1]);
  });

  it('may be larger than the bound one at a time', async () => {
    const budget = new BodyBudget(16);

    expect(await budget.enter(1_000, never)).toBe(true);
  });

  it('let others pass when a request gives up', async () => {
    const budget = new BodyBudget(16 * 10);
    const late = new AbortController();
    await budget.enter(6, never);
    const givenUp = budget.enter(9, late.signal);
    const next = budget.enter(1, never);

    late.abort();

    expect(await Promise.all([givenUp, next])).toEqual([false, true]);
  });
});
