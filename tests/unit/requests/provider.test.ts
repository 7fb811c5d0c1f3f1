import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startGateway } from 'local-aws';
import { createNotify } from '../../../core/delivery/providers/notify.ts';
import { createFaults } from '../../../dev/faults.ts';
import type { MailboxMessage } from '../../../dev/mailbox/mailbox.ts';
import { notify } from '../../../dev/providers/notify/notify.ts';
import { LOCAL_NOTIFY_KEY } from '../../../dev/providers/notify/settings.ts';
import { CallWindow } from '../../../dev/providers/notify/window.ts';
import { simulatedClock } from '../support/clock.ts';

/** The slot is now. */
const open = async () => undefined;
/** The provider's answer is waited for only where a test moves the time. */
const clock = simulatedClock({ manual: true });
const notification = { id: 'r1', to: '+34 600', message: 'Hola', type: 'sms' };
const outcome = (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => 'accepted',
    (error) => error.code,
  );

describe('the stand-in of the external provider', () => {
  async function openStandIn(seed?: number) {
    const accepted: MailboxMessage[] = [];
    const slept: number[] = [];
    const faults = createFaults();
    let now = 0;
    const mailbox = {
      append: async (message: MailboxMessage) => void accepted.push(message),
      countTry: () => 1,
    } as unknown as Parameters<typeof notify>[0]['mailbox'];
    const chance = { random: () => 0, sleep: async (ms: number) => void slept.push(ms) };
    const handler = notify({ mailbox, faults, chance, now: () => now }, seed);
    const gateway = await startGateway({ port: 0, services: new Map([['notify', handler]]), identities: new Map() });
    const send = (changes: object = {}, apiKey = LOCAL_NOTIFY_KEY) =>
      createNotify({ baseUrl: `${gateway.url}/_providers/notify/`, apiKey, timeoutMs: 2000, clock }).send(
        { ...notification, ...changes },
        open,
      );
    const move = (ms: number) => {
      now += ms;
    };
    return { accepted, slept, faults, gateway, send, move };
  }
  let local: Awaited<ReturnType<typeof openStandIn>>;
  beforeEach(async () => {
    local = await openStandIn();
  });
  afterEach(() => local.gateway.close());

  it('takes 100 to 500 ms and fails one call in ten, always the same ones', async () => {
    const run = async () => {
      const outcomes: unknown[] = [];
      for (let n = 0; n < 300; n += 1) {
        local.move(1000);
        outcomes.push(await outcome(local.send()));
      }
      return outcomes;
    };
    const first = await run();
    const failures = first.filter((one) => one === 'ProviderUnavailable').length;
    expect(failures).toBeGreaterThan(15);
    expect(failures).toBeLessThan(45);
    expect(local.accepted).toHaveLength(300 - failures);
    expect(Math.min(...local.slept)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...local.slept)).toBeLessThanOrEqual(500);

    await local.gateway.close();
    local = await openStandIn();
    expect(await run()).toEqual(first);
  });

  it('accepts 50 calls in any ten seconds, and refuses the rest', async () => {
    const outcomes = [];
    for (let n = 0; n < 52; n += 1) outcomes.push(await outcome(local.send()));
    expect(outcomes.slice(50)).toEqual(['Throttled', 'Throttled']);
    expect(outcomes.slice(0, 50)).not.toContain('Throttled');

    local.move(10_000);
    expect(await outcome(local.send())).not.toBe('Throttled');
  });

  it('requires its key, and shows accepted calls in the mailbox', async () => {
    expect(await outcome(local.send({}, 'wrong'))).toBe('CredentialsRefused');
    expect(await outcome(local.send({ message: '' }))).toBe('MessageRejected');
    const { messageId } = await local.send();
    expect(local.accepted).toMatchObject([
      { to: '+34 600', text: 'Hola', channel: 'sms', provider: 'notify', messageId, batchId: 'r1', sendId: 'r1-1' },
    ]);
  });

  it('applies its own faults', async () => {
    local.faults.replace({ providers: { notify: { outage: true } } });
    expect(await outcome(local.send())).toBe('ProviderUnavailable');
    local.faults.replace({ providers: { notify: { latencyMs: 1500 } } });
    await outcome(local.send());
    expect(local.slept.at(-1)).toBeGreaterThan(1500);
  });
});

test('a window counts accepted calls, not refused ones', () => {
  const window = new CallWindow(2, 1000);
  expect([0, 500, 600, 999, 1000, 1001, 1500].map((now) => window.take(now))).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
});

describe('the client of the provider', () => {
  it.each([
    [200, 'accepted, though this is no JSON', 'accepted'],
    [500, 'Internal Server Error', 'ProviderUnavailable'],
    [503, '', 'ProviderUnavailable'],
    [429, '<html>', 'Throttled'],
    [401, '{"detail": "no"}', 'CredentialsRefused'],
    [422, '{', 'MessageRejected'],
  ])('decides by the status alone: %d', async (status, body, expected) => {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = createNotify({ baseUrl: `http://127.0.0.1:${port}`, apiKey: 'k', timeoutMs: 2000, clock });

    expect(await outcome(client.send(notification, open))).toBe(expected);
    server.close();
  });

  it('sends the published request, and makes an unanswered one unconfirmed', async () => {
    const seen: object[] = [];
    const server = createServer((request, _response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, key: request.headers['x-api-key'], body });
        clock.move(200);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = createNotify({ baseUrl: `http://127.0.0.1:${port}/base`, apiKey: 'k', timeoutMs: 200, clock });

    expect(await outcome(client.send(notification, open))).toBe('DeliveryUnconfirmed');
    const body = '{"to":"+34 600","message":"Hola","type":"sms"}';
    expect(seen).toEqual([{ method: 'POST', url: '/base/v1/notify', key: 'k', body }]);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await outcome(client.send(notification, open))).toBe('ProviderUnavailable');
  });
});
