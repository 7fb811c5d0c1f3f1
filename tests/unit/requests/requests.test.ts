import { parseNotificationRequest } from '../../../api/requests.ts';
import { createdAtOf, newRequestId } from '../../../core/requests/item.ts';
import { requestRoutes } from '../../../functions/requests/routes.ts';
import { httpClient } from '../support/http.ts';
import { openRequests } from './support.ts';

describe('a request id', () => {
  it('contains the time of creation, and sorts by it', () => {
    const now = Date.parse('2026-11-22T10:00:00.123Z');
    const id = newRequestId(now);

    expect(createdAtOf(id)).toBe('2026-11-22T10:00:00.123Z');
    expect(newRequestId(now + 1) > id).toBe(true);
    expect(newRequestId(now)).not.toBe(id);
  });

  it('of another format has no time', () => {
    const other = ['', 'nope', '1', crypto.randomUUID(), newRequestId(1).toUpperCase(), `${newRequestId(1)}-1`];
    expect(other.map(createdAtOf)).toEqual(other.map(() => undefined));
  });
});

describe('the body of a request', () => {
  it('is accepted unchanged, and unknown members are ignored', () => {
    const body = '{"to": "+34 600", "message": " ¡Hola! 🎺", "type": "sms", "more": 1}';
    expect(parseNotificationRequest(body)).toEqual({ to: '+34 600', message: ' ¡Hola! 🎺', type: 'sms' });
  });

  it.each([
    undefined,
    '',
    '{',
    'null',
    '[]',
    '{"to": "a", "message": "b"}',
    '{"to": "a", "message": "b", "type": "fax"}',
    '{"to": " ", "message": "b", "type": "sms"}',
    '{"to": "a", "message": "", "type": "sms"}',
    '{"to": 1, "message": "b", "type": "sms"}',
    JSON.stringify({ to: 'a', message: 'é'.repeat(40_000), type: 'sms' }),
    JSON.stringify({ to: 'a'.repeat(600), message: 'b', type: 'sms' }),
  ])('is unprocessable: %.60s', (body) => {
    expect(() => parseNotificationRequest(body)).toThrow(expect.objectContaining({ status: 422 }));
  });
});

describe('the three routes', () => {
  let channel: Awaited<ReturnType<typeof openRequests>>;
  beforeEach(async () => {
    channel = await openRequests();
  });
  afterEach(() => channel.close());

  it('answer exactly as documented: 201 with the id, 202 without a body, 200 with id and status alone', async () => {
    const client = httpClient(requestRoutes(channel.deps));
    const ask = async (routeKey: string, id = '', body?: string) => {
      const { status, body: answered } = await client(routeKey, { path: { id }, body });
      return { status, body: answered };
    };

    const created = await ask('POST /v1/requests', '', '{"to": "a", "message": "b", "type": "push"}');
    const { id } = created.body;
    expect(created).toEqual({ status: 201, body: { id: expect.any(String) } });
    expect(await ask('GET /v1/requests/{id}', id)).toEqual({ status: 200, body: { id, status: 'queued' } });
    expect(await ask('POST /v1/requests/{id}/process', id)).toMatchObject({ status: 202 });
    expect(await ask('GET /v1/requests/{id}', id)).toEqual({ status: 200, body: { id, status: 'processing' } });
    await channel.work();
    expect(await ask('GET /v1/requests/{id}', id)).toEqual({ status: 200, body: { id, status: 'sent' } });
  });

  it('answer 404 to an unknown id', async () => {
    for (const id of ['nope', newRequestId(channel.table.clock.now())]) {
      await expect(channel.process(id)).rejects.toMatchObject({ status: 404 });
      await expect(channel.status(id)).rejects.toMatchObject({ status: 404 });
    }
    expect(channel.queue.messages).toEqual([]);
  });
});
