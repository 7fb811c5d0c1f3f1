import { problemSchema } from '../../../api/problem.ts';
import { PregonError } from '../../../core/errors.ts';
import { type HttpRoutes, httpHandler, jsonAnswer } from '../../../functions/common/http.ts';
import { logger, telemetry } from '../../../functions/common/telemetry.ts';
import { CONTEXT, httpEvent } from '../support/http.ts';

describe('the handler of an HTTP function', () => {
  let written: string;
  const call = async (routes: HttpRoutes, routeKey: string, body?: string) => {
    written = '';
    const event = httpEvent(routeKey, { body, headers: { authorization: 'Bearer secret-key' } });
    const { statusCode, headers, body: answer = '' } = await httpHandler(routes)(event, CONTEXT);
    return { status: statusCode, headers, body: JSON.parse(answer) };
  };
  const failing = (error: unknown): HttpRoutes => ({
    async 'GET /x/{id}'() {
      telemetry.count('Sent');
      throw error;
    },
  });

  // Powertools writes through a console of its own, so the streams are captured.
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));
  beforeEach(() => {
    logger.setLogLevel('INFO');
    for (const { stream } of streams) {
      stream.write = (chunk: string | Uint8Array) => {
        written += String(chunk);
        return true;
      };
    }
  });
  afterEach(() => {
    for (const { stream, write } of streams) stream.write = write;
  });

  it('gives a request to the route that API Gateway matched', async () => {
    const routes: HttpRoutes = {
      'GET /a': async () => jsonAnswer(200, 'a'),
      'PUT /a': async ({ body }) => jsonAnswer(200, body),
    };

    expect(await call(routes, 'PUT /a', 'given')).toMatchObject({ status: 200, body: 'given' });
    expect(await call(routes, 'GET /b')).toMatchObject({ status: 404, body: { code: 'NotFound' } });
    expect(await call(routes, 'constructor')).toMatchObject({ status: 404 });
  });

  it.each([
    ['failed', { name: 'InternalServerError', $metadata: { httpStatusCode: 500 } }],
    ['was throttled', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }],
    ['was not answered', { name: 'TimeoutError' }],
    ['was not reached', { name: 'Error', code: 'ECONNREFUSED' }],
    ['has no descriptor for its connection', { name: 'Error', code: 'EMFILE' }],
  ])('answers 503 with Retry-After when a call of a service %s after all retries, and logs it', async (_, shape) => {
    const { status, headers, body } = await call(
      failing(Object.assign(new Error('at 10.0.0.7'), shape)),
      'GET /x/{id}',
    );

    expect({ status, headers }).toEqual({
      status: 503,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '5' },
    });
    expect(problemSchema.parse(body)).toMatchObject({
      code: 'Unavailable',
      detail: expect.stringContaining('Try again'),
    });
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
    expect(written).toContain('ERROR');
  });

  it('answers an error of the catalogue as a problem, and logs nothing', async () => {
    const error = new PregonError('Conflict', 'Try again later.', { retryAfter: 3 });
    const { status, headers, body } = await call(failing(error), 'GET /x/{id}');

    expect({ status, headers }).toEqual({
      status: 409,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '3' },
    });
    expect(problemSchema.parse(body)).toMatchObject({ code: 'Conflict', detail: 'Try again later.' });
    expect(written).not.toContain('ERROR');
  });

  it('masks any other error, and logs it with its request and route but neither body nor key', async () => {
    const answer = await call(failing(new Error('connect ECONNREFUSED')), 'GET /x/{id}', 'the content of an email');

    expect(answer).toMatchObject({ status: 500, body: { code: 'Internal', requestId: 'request-1' } });
    expect(JSON.stringify(answer.body)).not.toContain('ECONNREFUSED');
    const line = written.split('\n').find((text) => text.includes('"level":"ERROR"')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      message: 'The request failed',
      route: 'GET /x/{id}',
      function_request_id: 'request-1',
      error: { message: 'connect ECONNREFUSED' },
    });
    expect(written).not.toContain('the content');
    expect(written).not.toContain('secret-key');
  });

  it('writes the metrics of a request, also of one that failed', async () => {
    await call(failing(new Error('x')), 'GET /x/{id}');

    expect(written).toContain('"Sent":1');
  });
});
