import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { lineageOf, lineageText } from '../../src/lambda/operations/lineage.ts';
import type { LambdaRuntime } from '../../src/lambda/runtime.ts';
import { functionOf, runtimeOf } from './support/functions.ts';

const open: { close(): unknown }[] = [];
const track = <T extends { close(): unknown }>(resource: T): T => {
  open.push(resource);
  return resource;
};

afterEach(async () => {
  for (const resource of open.splice(0)) await resource.close();
});

/** The trace header that the SDK would send with the calls of the function. */
const TRACE = 'export const handler = async () => process.env._X_AMZN_TRACE_ID;';

/** Invokes the function for the message of its last invocation, as a queue does that it writes to. Resolves to the invocations. */
async function loop(runtime: LambdaRuntime, names: readonly string[], most: number): Promise<number> {
  let traceHeader: string | undefined;
  for (let invocations = 0; invocations < most; invocations += 1) {
    const name = names[invocations % names.length] ?? '';
    try {
      const { payload } = await runtime.invoke(name, '{}', { traceHeaders: [traceHeader] });
      traceHeader = JSON.parse(payload);
    } catch (error) {
      expect(error).toMatchObject({ name: 'RecursiveInvocationException', status: 400 });
      return invocations;
    }
  }
  return most;
}

describe('a function that puts its message back again and again', () => {
  it('is stopped after 16 invocations in one chain', async () => {
    const runtime = track(runtimeOf([functionOf('f', TRACE)]));

    expect(await loop(runtime, ['f'], 40)).toBe(16);
    // A new chain begins anew.
    expect((await runtime.invoke('f', '{}')).functionError).toBeUndefined();
  });

  it('goes on with RecursiveLoop: Allow', async () => {
    const runtime = track(runtimeOf([functionOf('f', TRACE, { allowsLoops: true })]));

    expect(await loop(runtime, ['f'], 40)).toBe(40);
  });

  it('is also found with another function in between, whatever that one allows', async () => {
    const runtime = track(runtimeOf([functionOf('f', TRACE), functionOf('g', TRACE, { allowsLoops: true })]));

    expect(await loop(runtime, ['f', 'g'], 60)).toBe(32);
  });

  it('is stopped in asynchronous calls too', async () => {
    const runtime = track(runtimeOf([functionOf('f', TRACE)]));
    let traceHeader: string | undefined;
    for (let passes = 0; passes < 16; passes += 1) {
      traceHeader = JSON.parse((await runtime.invoke('f', '{}', { traceHeaders: [traceHeader] })).payload);
    }

    expect(() => runtime.invokeAsync('f', '{}', { traceHeaders: [traceHeader] })).toThrow(/recursive loop/);
  });

  it('passes its chain on with the calls of its SDK', async () => {
    const headers: unknown[] = [];
    const endpoint = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      headers.push(request.headers['x-amzn-trace-id']);
      request.resume();
      response.end('{"MessageId":"m"}');
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    track({
      close: () => {
        endpoint.closeAllConnections();
        endpoint.close();
      },
    });
    const source = `import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
      const sqs = new SQSClient({ md5: false });
      export const handler = async () => {
        await sqs.send(new SendMessageCommand({ QueueUrl: process.env.AWS_ENDPOINT_URL + '/1/q', MessageBody: 'b' }));
      };`;
    const awsEndpoint = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
    const runtime = track(runtimeOf([functionOf('f', source)], { awsEndpoint }));

    const result = await runtime.invoke('f', '{}', { traceHeaders: ['Root=1-1-1;Lineage=1:00000000:3'] });

    expect(result.functionError).toBeUndefined();
    expect(headers).toEqual([expect.stringMatching(/;Lineage=1:00000000:3\|1:[0-9a-f]{8}:1$/)]);
  });
});

describe('the lineage of a batch', () => {
  it('has the longest chain of each function', () => {
    const headers = [
      'Root=1-1-1;Lineage=1:aa:3|1:bb:1',
      undefined,
      'Root=1-1-1;Parent=1;Sampled=0;Lineage=1:aa:2|1:bb:9',
    ];

    expect(lineageText(lineageOf(headers))).toBe(';Lineage=1:aa:3|1:bb:9');
  });

  it('is empty without a header, and with one of X-Ray alone', () => {
    expect(lineageText(lineageOf([undefined, 'Root=1-1-1;Parent=1;Sampled=0']))).toBe('');
  });
});
