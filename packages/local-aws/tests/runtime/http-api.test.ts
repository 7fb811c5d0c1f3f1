import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { AuthorizerSpec } from '../../src/http-api/definitions.ts';
import { dropRest } from '../../src/http-api/protocol/body.ts';
import { listenHttpApi } from '../../src/http-api/server.ts';
import type { LimitSettings } from '../../src/limits/limits.ts';
import { authorizer, echo, get, ONCE, route, running, serve } from './support/http-api.ts';

/** Uses `node:http`, because `fetch` does not allow setting Host. */
const getAs = (host: string, path: string, origin?: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      `${running.base}${path}`,
      { headers: { host, ...(origin && { origin }) } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });

describe('routing', () => {
  it('chooses the most specific route, and decodes its parameters', async () => {
    await serve(
      [
        route('GET /a/{id}', 'param'),
        route('GET /a/fixed', 'fixed'),
        route('GET /a/{proxy+}', 'greedy'),
        route('ANY /b', 'any'),
      ],
      (arn, event) => ({ arn, parameters: event.pathParameters ?? null }),
    );

    const answers = await Promise.all(
      ['/a/fixed', '/a/x%20y', '/a/x/y', '/b'].map(async (path) => (await get(path)).json()),
    );

    expect(answers).toEqual([
      { arn: 'fixed', parameters: null },
      { arn: 'param', parameters: { id: 'x y' } },
      { arn: 'greedy', parameters: { proxy: 'x/y' } },
      { arn: 'any', parameters: null },
    ]);
  });

  it('answers 404 as API Gateway does, also for a method without a route', async () => {
    await serve([route('POST /a', 'f')], echo);

    const answer = await get('/a');

    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ message: 'Not Found' });
  });
});

describe('the event', () => {
  it('has payload format 2.0', async () => {
    await serve([route('POST /items/{id}', 'f')], echo);

    const answer = await fetch(`${running.base}/items/7?tag=a&tag=b&q=%C3%B1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: 'one=1; two=2', 'x-a': 'b' },
      body: '{"n":"ñ"}',
    });

    expect(await answer.json()).toMatchObject({
      version: '2.0',
      routeKey: 'POST /items/{id}',
      rawPath: '/items/7',
      rawQueryString: 'tag=a&tag=b&q=%C3%B1',
      cookies: ['one=1', 'two=2'],
      headers: { 'content-type': 'application/json', 'x-a': 'b' },
      queryStringParameters: { tag: 'a,b', q: 'ñ' },
      pathParameters: { id: '7' },
      requestContext: { stage: '$default', http: { method: 'POST', path: '/items/7', sourceIp: '127.0.0.1' } },
      body: '{"n":"ñ"}',
      isBase64Encoded: false,
    });
  });

  it('carries a binary body in base64, and has no body field without a body', async () => {
    await serve([route('POST /a', 'f')], echo);

    const binary = await fetch(`${running.base}/a`, { method: 'POST', body: new FormData() });
    const empty = await fetch(`${running.base}/a`, { method: 'POST' });

    const event = (await binary.json()) as { body: string; isBase64Encoded: boolean };
    expect(event.isBase64Encoded).toBe(true);
    expect(Buffer.from(event.body, 'base64').toString()).toContain('--');
    expect(await empty.json()).not.toHaveProperty('body');
  });
});

describe('the answer', () => {
  it('is made from status, headers, cookies and body, also in base64', async () => {
    await serve([route('GET /a', 'f')], () => ({
      statusCode: 201,
      headers: { 'Content-Type': 'image/png', 'X-Number': 5 },
      cookies: ['a=1', 'b=2'],
      body: Buffer.from([0, 255]).toString('base64'),
      isBase64Encoded: true,
    }));

    const answer = await get('/a');

    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-number')).toBe('5');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from([0, 255]));
  });

  it('is JSON with status 200 if the function returns no status', async () => {
    await serve([route('GET /a', 'f')], () => 'text');

    const answer = await get('/a');

    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'application/json',
      'text',
    ]);
  });

  it('is 503 when Lambda throttles the function', async () => {
    await serve([route('GET /busy', 'busy')], () => {
      throw Object.assign(new Error('busy'), { name: 'TooManyRequestsException' });
    });

    const response = await fetch(`${running.base}/busy`);

    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });

  it('is 500 when the function fails, 503 when it takes too long', async () => {
    await serve([route('GET /fails', 'fails'), route('GET /hangs', 'hangs', { timeoutMs: 20 })], (arn) =>
      arn === 'fails' ? new Error('no') : new Promise(() => undefined),
    );

    const failed = await get('/fails');
    const hung = await get('/hangs');

    expect([failed.status, await failed.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    expect([hung.status, await hung.json()]).toEqual([503, { message: 'Service Unavailable' }]);
    expect(hung.headers.get('retry-after')).toBe('1');
  });

  it('is 503 with Retry-After, also to a request with a body, before the API is ready', async () => {
    const starting = await listenHttpApi(0, '127.0.0.1');
    const { port } = starting.address() as AddressInfo;

    const answers = await Promise.all(
      [{}, { method: 'POST', body: 'x'.repeat(4_000_000) }].map(async (init) => {
        const response = await fetch(`http://127.0.0.1:${port}/items`, init);
        return [response.status, response.headers.get('retry-after'), await response.json()];
      }),
    );

    expect(answers).toEqual(Array(2).fill([503, '1', { message: 'Service Unavailable' }]));
    starting.closeAllConnections();
    await new Promise((resolve) => starting.close(resolve));
  });

  it('is 413 for a body over 10 MB', async () => {
    await serve([route('POST /a', 'f')], echo);

    const answer = await fetch(`${running.base}/a`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    expect([answer.status, await answer.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
  });

  it('is 503 after 30 s also where the template allows more, and the body has no limit where it is switched off', async () => {
    const limits: LimitSettings = { 'httpApi.timeoutMs': 20, 'httpApi.bodyBytes': false };
    const routes = [route('GET /hangs', 'hangs', { timeoutMs: 60_000 }), route('POST /a', 'f')];
    await serve(routes, (arn) => (arn === 'f' ? 'taken' : new Promise((resolve) => setTimeout(resolve, 60))), {
      limits,
    });

    const hung = await get('/hangs');
    const large = await fetch(`${running.base}/a`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    expect([hung.status, large.status, await large.text()]).toEqual([503, 200, 'taken']);
  });

  it.each([
    ['with its length', { 'content-length': String(24 * 1024 * 1024) }, '/a', 413],
    ['in chunks', {}, '/a', 413],
    ['for a path that is not there', {}, '/none', 404],
  ])(
    'reaches a client that closes the connection and reads only after its whole body was sent: %s',
    async (_name, headers, path, status) => {
      await serve([route('POST /a', 'f')], echo);

      const answered = new Promise<number | undefined>((resolve, reject) => {
        const outgoing = httpRequest(`${running.base}${path}`, {
          method: 'POST',
          headers: { connection: 'close', ...headers },
        });
        outgoing.on('response', (response) => resolve(response.resume().statusCode));
        outgoing.on('error', reject);
        const megabyte = Buffer.alloc(1024 * 1024);
        for (let sent = 0; sent < 24; sent += 1) outgoing.write(megabyte);
        outgoing.end();
      });

      expect(await answered).toBe(status);
    },
  );

  it('does not wait for the end of a body without limit', async () => {
    const incoming = Object.assign(new PassThrough(), { complete: false }) as unknown as IncomingMessage & PassThrough;
    incoming.write(Buffer.alloc(20_000));

    expect(await dropRest(incoming, 10_000)).toBe(false);
    incoming.destroy();
  });

  it('is 429 beyond the stage’s throttling', async () => {
    let throttled = 0;
    await serve([route('GET /a', 'f')], echo, { api: { throttle: ONCE }, onThrottled: () => throttled++ });

    const first = await get('/a');
    const answer = await get('/a');

    expect([answer.status, await answer.json()]).toEqual([429, { message: 'Too Many Requests' }]);
    expect([first.status, throttled]).toEqual([200, 1]);
  });

  it('is 429 beyond the throttling of one route, and not for the others', async () => {
    await serve([{ ...route('GET /a', 'f'), throttle: ONCE }, route('GET /b', 'f')], echo, {});

    const statuses = [await get('/a'), await get('/a'), await get('/b'), await get('/b')].map(({ status }) => status);
    expect(statuses).toEqual([200, 429, 200, 200]);
  });

  it('is 429 beyond the quota of the account, where it is set', async () => {
    await serve([route('GET /a', 'f')], echo, { limits: { 'httpApi.throttle': ONCE } });

    expect([(await get('/a')).status, (await get('/a')).status]).toEqual([200, 429]);
  });

  it.each<LimitSettings>([{ 'httpApi.throttle': false }, { all: false }])(
    'is never 429 where the limits are %j, whatever the stage says',
    async (limits) => {
      await serve([route('GET /a', 'f')], echo, { api: { throttle: ONCE }, limits });

      expect([(await get('/a')).status, (await get('/a')).status]).toEqual([200, 200]);
    },
  );
});

describe('the authorizer', () => {
  const guarded = [route('GET /a', 'f', { authorizer })];

  it('is not called without the header (401), refuses with 403, and passes its context to the function', async () => {
    await serve(guarded, (arn, event) =>
      arn === 'authorizer'
        ? { isAuthorized: (event.identitySource as string[])[0] === 'Bearer good', context: { who: 'me' } }
        : event,
    );

    const missing = await get('/a');
    const wrong = await get('/a', { authorization: 'Bearer bad' });
    const right = await get('/a', { authorization: 'Bearer good' });

    expect([missing.status, await missing.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect([wrong.status, await wrong.json()]).toEqual([403, { message: 'Forbidden' }]);
    expect(await right.json()).toMatchObject({ requestContext: { authorizer: { lambda: { who: 'me' } } } });
  });

  it('is asked for each route where the route is part of the identity', async () => {
    const perRoute: AuthorizerSpec = { ...authorizer, identitySources: [{ header: 'authorization' }, 'routeKey'] };
    await serve(
      ['GET /a', 'GET /b'].map((key) => route(key, 'f', { authorizer: perRoute })),
      (arn, event) => (arn === 'authorizer' ? { isAuthorized: event.routeKey === 'GET /a' } : event.identitySource),
    );

    const statuses: number[] = [];
    for (const path of ['/a', '/b', '/a']) statuses.push((await get(path, { authorization: 'x' })).status);

    expect(statuses).toEqual([200, 403, 200]);
    expect((await get('/a')).status).toBe(401);
  });

  it('is called once per key while its result is cached', async () => {
    let asked = 0;
    await serve(guarded, (arn) => {
      if (arn !== 'authorizer') return {};
      asked += 1;
      return { isAuthorized: true };
    });

    await get('/a', { authorization: 'x' });
    await get('/a', { authorization: 'x' });

    expect(asked).toBe(1);
  });

  it('causes a 500 when it fails', async () => {
    await serve(guarded, () => new Error('no'));

    expect((await get('/a', { authorization: 'x' })).status).toBe(500);
  });

  it('is skipped with --open', async () => {
    await serve(guarded, echo, { open: true });

    expect((await get('/a')).status).toBe(200);
  });
});

describe('on this machine', () => {
  const page = () => ({
    statusCode: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      etag: '"1"',
      'content-security-policy': "script-src 'self'",
    },
    body: '<!doctype html><html><head><title>x</title></head></html>',
  });

  it('a page gets the key, a policy that allows it, and no validator of the file', async () => {
    await serve([route('GET /', 'f')], page);

    const answer = await get('/');

    expect(await answer.text()).toContain(
      '<head><script>globalThis.SETTINGS={"apiKey":"key\\u003c/script>","aws":"/_aws"}</script><title>',
    );
    expect(answer.headers.get('content-security-policy')).toMatch(/^script-src 'sha256-[^']+' 'self'$/);
    expect(answer.headers.get('etag')).toBeNull();
  });

  it('stays as it is where its policy lets no script run', async () => {
    const headers = { 'content-type': 'text/html', 'content-security-policy': "default-src 'none'; style-src 'self'" };
    await serve([route('GET /page', 'f')], async () => ({ statusCode: 200, headers, body: '<head></head>' }));

    expect(await (await get('/page')).text()).toBe('<head></head>');
  });

  it('a page requested under another host name gets neither the key nor access to the AWS endpoint', async () => {
    await serve([route('GET /', 'f')], page);

    const refused = await getAs('evil.example:3000', '/');
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.text).message).toContain('--allow-host');
    expect((await getAs('evil.example', '/_aws')).status).toBe(403);
    expect((await getAs('evil.example', '/_local/usage')).status).toBe(403);
  });

  it('a page of another origin has access to neither the AWS endpoint nor the API', async () => {
    await serve([route('GET /a', 'f')], echo);

    expect((await getAs('127.0.0.1', '/_aws', 'https://evil.example')).status).toBe(403);
    expect((await getAs('127.0.0.1', '/a', 'https://evil.example')).status).toBe(403);
    expect((await getAs('127.0.0.1', '/a', 'null')).status).toBe(403);
    expect((await getAs('127.0.0.1', '/a', 'http://localhost:5173')).status).toBe(200);
  });

  it('the API is called by the names that are accepted, and by addresses; a page of the same name may call it', async () => {
    await serve([route('GET /a', 'f')], echo, { allowHosts: ['App.example'] });
    const statusAs = async (host: string, origin?: string) => (await getAs(host, '/a', origin)).status;

    expect(await statusAs('app.example:5000')).toBe(200);
    expect(await statusAs('app.example:5000', 'http://app.example:5000')).toBe(200);
    expect(await statusAs('192.0.2.7:3000', 'http://192.0.2.7:3000')).toBe(200);
    expect(await statusAs('app.example', 'http://evil.example')).toBe(403);
    expect(await statusAs('x.app.example')).toBe(403);
    expect(await statusAs('printer.local')).toBe(403);
  });
});

describe('CORS', () => {
  it('is answered by the API itself if the template configures it', async () => {
    const cors = {
      allowOrigins: ['https://app.example'],
      allowMethods: ['GET'],
      allowHeaders: ['authorization'],
      exposeHeaders: [],
      allowCredentials: false,
      maxAge: 60,
    };
    await serve([route('GET /a', 'f')], echo, { api: { cors } });

    const preflight = await fetch(`${running.base}/a`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
    });
    const foreign = await get('/a', { origin: 'https://evil.example' });

    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET');
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    expect((await get('/a', { origin: 'https://app.example' })).status).toBe(200);
  });
});
