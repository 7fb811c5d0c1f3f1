import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from './support/functions.ts';
import { authorizer, get, route, running, serve } from './support/http-api.ts';

describe('a request that does not arrive whole', () => {
  const HEAD = 'POST /a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n';
  let calls: number;
  const serveCounting = (requestTimeoutMs?: number) => {
    calls = 0;
    const count = () => {
      calls += 1;
    };
    return serve([route('POST /a', 'f')], count, requestTimeoutMs === undefined ? {} : { requestTimeoutMs });
  };
  const connectionsAreGone = async () => {
    await eventually(async () => (await promisify(running.listening.getConnections.bind(running.listening))()) === 0);
    return calls;
  };
  /** Connected, and accepted by the server. */
  const client = async () => {
    const accepted = once(running.listening, 'connection');
    const socket = connect(Number(new URL(running.base).port), '127.0.0.1');
    // The server may close the connection while bytes are on their way.
    socket.on('error', () => undefined);
    await accepted;
    return socket;
  };

  it('because its client closes in the middle, calls no function and leaves no connection', async () => {
    await serveCounting();
    const half = await client();
    half.end(`${HEAD}${'x'.repeat(500_000)}`);

    expect(await connectionsAreGone()).toBe(0);
  });

  it('because its client cancels, calls no function and leaves no connection', async () => {
    await serveCounting();
    const cancelled = await client();
    cancelled.write(`${HEAD}${'x'.repeat(500_000)}`, () => cancelled.resetAndDestroy());

    expect(await connectionsAreGone()).toBe(0);
  });

  it('because its client sends a byte now and then, ends after its time', async () => {
    await serveCounting(400);
    const slow = await client();
    slow.write(HEAD);
    const drip = setInterval(() => slow.write('x'), 50);

    const called = await connectionsAreGone();
    clearInterval(drip);

    expect(called).toBe(0);
  });
});

describe('a request that servers read differently', () => {
  const exchange = async (request: string): Promise<string> => {
    const socket = connect(Number(new URL(running.base).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write(request);
    await once(socket, 'close');
    return answer;
  };
  const HOST = 'Host: 127.0.0.1\r\nConnection: close\r\n';

  it.each([
    ['two lengths', `POST /a HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400],
    ['a length and chunks', `POST /a HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ['a negative length', `POST /a HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`, 400],
    ['an unknown method', `BREW /a HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['a method without a route', `TRACE /a HTTP/1.1\r\n${HOST}\r\n`, 404],
    ['a tunnel', `CONNECT example.com:443 HTTP/1.1\r\n${HOST}\r\n`, 405],
    ['no host', 'POST /a HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ])('is refused: %s', async (_name, request, status) => {
    let calls = 0;
    await serve([route('POST /a', 'f')], () => {
      calls += 1;
    });

    expect(await exchange(request)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(calls).toBe(0);
  });

  it('with two keys has the two joined, so that neither opens a route', async () => {
    await serve([route('GET /a', 'f', { authorizer })], (arn, event) =>
      arn === 'authorizer' ? { isAuthorized: String(event.identitySource) === 'good' } : 'served',
    );
    const both = (first: string, second: string) =>
      exchange(`GET /a HTTP/1.1\r\n${HOST}Authorization: ${first}\r\nAuthorization: ${second}\r\n\r\n`);

    expect((await get('/a', { authorization: 'good' })).status).toBe(200);
    expect(await both('good', 'bad')).toMatch(/^HTTP\/1\.1 403 /);
    expect(await both('bad', 'good')).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('while file descriptors are short', () => {
  afterEach(() => {
    running.free = 1_000;
  });

  it('requests beyond a few are answered 503, also those with a body, and later ones are served', async () => {
    const held = Promise.withResolvers<void>();
    await serve([route('POST /a', 'f')], () => held.promise.then(() => 'served'));
    const answered: number[] = [];
    const post = async () => {
      const init = { method: 'POST', body: Buffer.alloc(2_000_000), headers: { connection: 'close' } };
      const { status } = await fetch(`${running.base}/a`, init);
      answered.push(status);
      return status;
    };
    running.free = 20;
    const all = Array.from({ length: 10 }, post);
    await eventually(() => answered.length === 6);
    const refused = [...answered];
    held.resolve();
    await Promise.all(all);
    running.free = 1_000;

    expect(refused).toEqual(Array(6).fill(503));
    expect(answered.slice(6)).toEqual(Array(4).fill(200));
    expect(await post()).toBe(200);
  });

  it('connections that find none left wait until there are some, and are served', async () => {
    running.free = 5;
    await serve([route('POST /a', 'f')], () => 'served');
    await eventually(() => !running.listening.listening);
    const all = Array.from({ length: 10 }, async () => {
      const answer = await fetch(`${running.base}/a`, { method: 'POST', body: Buffer.alloc(2_000_000) });
      return [answer.status, await answer.text()];
    });
    const connections = await promisify(running.listening.getConnections.bind(running.listening))();
    running.free = 1_000;

    expect(connections).toBe(0);
    expect(await Promise.all(all)).toEqual(Array(10).fill([200, 'served']));
  });

  it('a request waits no longer for its authorizer than API Gateway does', async () => {
    const limits = { 'httpApi.timeoutMs': 10 };
    await serve([route('GET /a', 'f', { authorizer })], () => new Promise(() => undefined), { limits });

    expect((await get('/a', { authorization: 'x' })).status).toBe(503);
  });
});
