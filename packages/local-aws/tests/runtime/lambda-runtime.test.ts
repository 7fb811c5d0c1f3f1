import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LambdaRuntime } from '../../src/lambda/runtime.ts';
import { limitsOf } from '../../src/limits/limits.ts';
import { eventually, functionOf, runtimeOf, tempDir } from './support/functions.ts';

const open: LambdaRuntime[] = [];
const started = (...args: Parameters<typeof runtimeOf>): LambdaRuntime => {
  const runtime = runtimeOf(...args);
  open.push(runtime);
  return runtime;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((runtime) => runtime.close()));
});

const body = (source: string) => `export const handler = async (event, context) => { ${source} };`;

describe('a function', () => {
  it('sees its event, its context and its own environment, but not the environment of the host', async () => {
    process.env.SECRET_OF_THE_HOST = 'x';
    const spec = functionOf('echo', body('return { event, env: process.env, name: context.functionName };'), {
      environment: { STAGE: 'dev' },
    });
    const runtime = started([spec]);

    const { payload } = await runtime.invoke('echo', '{"a":"ñ"}');

    const seen = JSON.parse(payload);
    expect(seen).toMatchObject({ event: { a: 'ñ' }, name: 'echo' });
    expect(seen.env).toMatchObject({
      STAGE: 'dev',
      AWS_LAMBDA_FUNCTION_NAME: 'echo',
      AWS_ACCESS_KEY_ID: 'KEY-arn:aws:iam::000000000000:role/echo',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    });
    expect(seen.env.SECRET_OF_THE_HOST).toBeUndefined();
    expect(seen.env.HOME).toBeUndefined();
  });

  it('keeps its module between calls, as a warm environment does', async () => {
    const runtime = started([functionOf('warm', 'let n = 0; export const handler = async () => ++n;')]);

    const results = [await runtime.invoke('warm', '{}'), await runtime.invoke('warm', '{}')];

    expect(results.map(({ payload }) => payload)).toEqual(['1', '2']);
  });

  it('warms two functions at a time, and meanwhile starts one that is called', async () => {
    const seen = tempDir();
    const names = ['first', 'second', 'third', 'fourth', 'fifth'];
    // Each is loaded once its file is removed.
    const source = `import { existsSync, writeFileSync } from 'node:fs';
      const mine = ${JSON.stringify(seen)} + '/' + process.env.AWS_LAMBDA_FUNCTION_NAME;
      if (!mine.endsWith('fifth')) { writeFileSync(mine, ''); while (existsSync(mine)) await new Promise((r) => setTimeout(r, 5)); }
      export const handler = async () => 'done';`;
    const runtime = started(names.map((name) => functionOf(name, source)));
    const loading = async (expected: string[]) => {
      await eventually(() => readdirSync(seen).length >= expected.length);
      expect(readdirSync(seen).sort()).toEqual(expected.sort());
    };

    const warm = runtime.warm(names.slice(0, 4));
    await loading(['first', 'second']);
    expect((await runtime.invoke('fifth', '{}')).payload).toBe('"done"');
    await loading(['first', 'second']);
    rmSync(join(seen, 'first'));
    await loading(['second', 'third']);
    for (const name of ['second', 'third']) rmSync(join(seen, name));
    await loading(['fourth']);
    rmSync(join(seen, 'fourth'));
    await warm;

    expect(names.map((name) => runtime.isWarm(name))).toEqual(Array(5).fill(true));
  });

  it('runs one call at a time in each instance, and no more instances than its limit', async () => {
    const seen = tempDir();
    // Each call leaves its instance's id, and waits until two instances have left theirs.
    const source = `import { readdirSync, writeFileSync } from 'node:fs';
      let busy = false; const id = crypto.randomUUID(); const seen = ${JSON.stringify(seen)};
      ${body(`if (busy) throw new Error('twice');
        busy = true; writeFileSync(seen + '/' + id, '');
        while (readdirSync(seen).length < 2) await new Promise((r) => setTimeout(r, 5));
        busy = false; return id;`)}`;
    const runtime = started([functionOf('parallel', source)]);

    const results = await Promise.all(Array.from({ length: 6 }, () => runtime.invoke('parallel', '{}')));

    expect(results.every(({ functionError }) => !functionError)).toBe(true);
    expect(new Set(results.map(({ payload }) => payload)).size).toBe(2);
  });

  it('answers an error with its name, message and stack trace', async () => {
    const runtime = started([functionOf('fail', body('throw Object.assign(new Error("no"), { name: "Odd" });'))]);

    const { payload, functionError } = await runtime.invoke('fail', '{}');

    expect(functionError).toBe('Unhandled');
    expect(JSON.parse(payload)).toMatchObject({ errorType: 'Odd', errorMessage: 'no', trace: expect.any(Array) });
  });

  it('is stopped at its timeout, and the next call gets a new environment', async () => {
    const source = body('if (event.hang) for (;;); return "fine";');
    const runtime = started([functionOf('slow', source, { timeoutSeconds: 1, maxInstances: 1 })]);

    const hung = await runtime.invoke('slow', '{"hang":true}');

    expect(JSON.parse(hung.payload)).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('Task timed out after 1.00 seconds'),
    });
    // On a busy machine a call of nothing may take longer than the timeout, too.
    await eventually(async () => (await runtime.invoke('slow', '{}')).payload === '"fine"');
  });

  it('fails the call when it ends its process or leaves an error uncaught', async () => {
    const source = body(
      'if (event.exit) process.exit(3); setTimeout(() => { throw new Error("late"); }); await new Promise(() => {});',
    );
    const runtime = started([functionOf('dies', source)]);

    const exited = JSON.parse((await runtime.invoke('dies', '{"exit":true}')).payload);
    const crashed = JSON.parse((await runtime.invoke('dies', '{}')).payload);

    expect(exited).toMatchObject({ errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('status 3') });
    expect(crashed).toMatchObject({ errorType: 'Runtime.UncaughtException', errorMessage: 'late' });
  });

  it('fails the call with the reason if its bundle cannot be loaded', async () => {
    const runtime = started([functionOf('broken', 'import "./missing.mjs"; export const handler = 1;')]);

    const { payload, functionError } = await runtime.invoke('broken', '{}');

    expect(functionError).toBe('Unhandled');
    expect(JSON.parse(payload).errorType).toBe('Runtime.ImportModuleError');
  });

  it('cannot receive or return more than 6 MB', async () => {
    const runtime = started([functionOf('big', body('return "x".repeat(event.n);'))]);

    const { payload } = await runtime.invoke('big', '{"n":6300000}');
    const asked = runtime.invoke('big', JSON.stringify({ text: 'x'.repeat(6_300_000) }));

    expect(JSON.parse(payload)).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    await expect(asked).rejects.toMatchObject({
      name: 'RequestEntityTooLargeException',
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
      status: 413,
    });
  });

  it('cannot receive more than 1 MB asynchronously', () => {
    const runtime = started([functionOf('big', body('return 1;'))]);
    expect(() => runtime.invokeAsync('big', JSON.stringify('x'.repeat(1_048_575)))).toThrow(
      '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
    );
    expect(runtime.invokeAsync('big', JSON.stringify('x'.repeat(1_048_574)))).toEqual(expect.any(String));
  });

  it('has no limits of payloads where they are switched off', async () => {
    const { max } = limitsOf({
      'lambda.requestBytes': false,
      'lambda.responseBytes': false,
      'lambda.eventBytes': false,
    });
    const runtime = started([functionOf('big', body('return event;'))], { max });
    const payload = JSON.stringify('x'.repeat(6_300_000));
    expect((await runtime.invoke('big', payload)).payload).toHaveLength(payload.length);
    expect(runtime.invokeAsync('big', payload)).toEqual(expect.any(String));
  });

  it('is throttled beyond its reserved concurrency', async () => {
    const source = body('await new Promise((r) => setTimeout(r, 50));');
    const runtime = started([functionOf('reserved', source, { reservedConcurrency: 1 })]);

    const results = await Promise.allSettled([runtime.invoke('reserved', '{}'), runtime.invoke('reserved', '{}')]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(results[1]).toMatchObject({ reason: { name: 'TooManyRequestsException', status: 429 } });
  });

  it('writes its log to a file and its metrics to the database', async () => {
    const metric = {
      _aws: {
        Timestamp: 1,
        CloudWatchMetrics: [
          { Namespace: 'Shop', Dimensions: [['service']], Metrics: [{ Name: 'Sent', Unit: 'Count' }] },
        ],
      },
      service: 'worker',
      Sent: [2, 3],
    };
    const source = body(
      `console.log("hello"); process.stdout.write(${JSON.stringify(`${JSON.stringify(metric)}\n`)});`,
    );
    const dataDir = tempDir();
    const runtime = started([functionOf('talks', source)], { dataDir });

    await runtime.invoke('talks', '{}');
    const metrics = runtime.metrics.summaries();
    const log = join(dataDir, 'logs/talks.log');
    await eventually(() => existsSync(log) && readFileSync(log, 'utf8').includes('REPORT RequestId'));

    expect(readFileSync(log, 'utf8')).toMatch(/\tINFO\thello\n[\s\S]*REPORT RequestId/);
    expect(metrics).toMatchObject([{ name: 'Sent', count: 2, sum: 5, dimensions: { service: 'worker' } }]);
  });
});

describe('an asynchronous call', () => {
  const counting = (file: string, failures: number) => `import { appendFileSync, readFileSync } from 'node:fs';
    ${body(`appendFileSync(${JSON.stringify(file)}, 'x');
      if (readFileSync(${JSON.stringify(file)}, 'utf8').length <= ${failures}) throw new Error('again');`)}`;
  const runs = (file: string) => readFileSync(file, 'utf8').length;
  const newFile = () => {
    const file = join(tempDir(), 'runs');
    writeFileSync(file, '');
    return file;
  };

  it('is retried until it succeeds', async () => {
    const file = newFile();
    const runtime = started([functionOf('later', counting(file, 2))], { asyncRetryDelayMs: () => 1 });

    runtime.invokeAsync('later', '{}');

    await eventually(() => runs(file) === 3);
  });

  it('is dropped after two retries, and the log says so', async () => {
    const file = newFile();
    const dataDir = tempDir();
    const runtime = started([functionOf('never', counting(file, 99))], { asyncRetryDelayMs: () => 1, dataDir });

    runtime.invokeAsync('never', '{}');

    const log = join(dataDir, 'logs/never.log');
    await eventually(() => existsSync(log) && readFileSync(log, 'utf8').includes('DROPPED'));
    expect(runs(file)).toBe(3);
  });

  it('is retried after a restart', async () => {
    const file = newFile();
    const dataDir = tempDir();
    const spec = functionOf('survives', counting(file, 1));
    const first = runtimeOf([spec], { dataDir, asyncRetryDelayMs: () => 1_000 });
    first.invokeAsync('survives', '{}');
    await eventually(() => runs(file) === 1);
    await first.close();

    started([spec], { dataDir }).start();

    await eventually(() => runs(file) === 2);
  });
});
