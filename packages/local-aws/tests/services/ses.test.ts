import { GetAccountCommand, SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { Faults } from '../../src/faults/faults.ts';
import { faultsRoute } from '../../src/faults/route.ts';
import { AwsError } from '../../src/gateway/errors.ts';
import type { LocalRoutes } from '../../src/gateway/local-routes.ts';
import { AWS_LIMITS } from '../../src/limits/limits.ts';
import { ses } from '../../src/ses/ses.ts';
import { type AcceptedMessage, countingOutbox } from '../../src/ses/state/outbox.ts';
import { SendWindow } from '../../src/ses/state/send-window.ts';
import { clientOptions, closing, gatewayFor } from './support.ts';

const track = closing();

/** An SES whose clock and outbox the test controls. Every random number is 0.5. */
async function start({ maxSendRate = 1_000 } = {}) {
  const clock = { now: Date.parse('2026-11-22T10:00:00Z') };
  const slept: number[] = [];
  const accepted: AcceptedMessage[] = [];
  const faults = new Faults();
  const chance = { random: () => 0.5, sleep: async (ms: number) => void slept.push(ms) };
  const counting = countingOutbox();
  const outbox = {
    ...counting,
    admit(recipient: string) {
      if (recipient.startsWith('refused')) throw new AwsError('MessageRejected', 'Refused', 400);
    },
    accept: (message: AcceptedMessage) => {
      accepted.push(message);
      return counting.accept(message);
    },
  };
  const handler = ses({ outbox, faults, maxSendRate, chance, max: AWS_LIMITS.max, now: () => clock.now });
  const localRoutes: LocalRoutes = new Map([['/_local/faults', faultsRoute(faults)]]);
  const gateway = await gatewayFor({ ses: handler }, { localRoutes });
  const client = new SESv2Client(clientOptions(gateway));
  track({
    close: async () => {
      client.destroy();
      await gateway.close();
    },
  });
  const send = (to: string, more: Partial<SendEmailCommandInput> = {}) =>
    client.send(
      new SendEmailCommand({
        FromEmailAddress: 'Shop <news@shop.example>',
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: { Data: '¡Hola!' }, Body: { Text: { Data: 'content' } } } },
        EmailTags: [{ Name: 'row', Value: 'list-1' }],
        ...more,
      }),
    );
  const setFaults = (body: unknown) =>
    fetch(`${gateway.url}/_local/faults`, { method: 'PUT', body: JSON.stringify(body) });
  return { client, send, accepted, setFaults, clock, slept, gateway };
}

describe('SES', () => {
  it('passes accepted messages to the outbox, with the tags of the request', async () => {
    const { send, accepted, clock } = await start();
    const { MessageId } = await send('Ana <ana@example.com>');
    expect(accepted).toEqual([
      {
        recipients: ['ana@example.com'],
        from: 'Shop <news@shop.example>',
        subject: '¡Hola!',
        text: 'content',
        replyTo: [],
        headers: {},
        tags: new Map([['row', 'list-1']]),
        messageId: MessageId,
        acceptedAt: clock.now,
      },
    ]);
  });

  it('accepts nothing if the outbox refuses a recipient, and answers with the error', async () => {
    const { send, accepted } = await start();
    await expect(send('refused@example.com')).rejects.toMatchObject({ name: 'MessageRejected', message: 'Refused' });
    expect(accepted).toEqual([]);
  });

  it('passes the addresses for answers, and refuses what is none', async () => {
    const { send, accepted } = await start();
    await send('ana@example.com', { ReplyToAddresses: ['Shop <answers@shop.example>'] });
    await expect(send('ana@example.com', { ReplyToAddresses: ['nobody'] })).rejects.toThrow('Illegal address');
    expect(accepted).toMatchObject([{ replyTo: ['Shop <answers@shop.example>'] }]);
  });

  it('passes the headers of the request on, and refuses those that SES refuses', async () => {
    const { send, accepted } = await start();
    const withHeaders = (...Headers: { Name: string; Value: string }[]) =>
      send('ana@example.com', {
        Content: { Simple: { Subject: { Data: 'S' }, Body: { Text: { Data: 'content' } }, Headers } },
      });

    await withHeaders({ Name: 'List-Unsubscribe', Value: '<https://shop.example/u/1>' });
    expect(accepted.map(({ headers }) => headers)).toEqual([{ 'List-Unsubscribe': '<https://shop.example/u/1>' }]);
    for (const header of [
      { Name: 'A', Value: 'b'.repeat(871) },
      { Name: 'A', Value: 'ñ' },
      { Name: 'A b', Value: 'c' },
    ]) {
      await expect(withHeaders(header)).rejects.toMatchObject({ name: 'BadRequestException' });
    }
    expect(accepted).toHaveLength(1);
  });

  it('decodes the name of the sender', async () => {
    const { send, accepted } = await start();
    await send('ana@example.com', { FromEmailAddress: '=?UTF-8?B?VGllbmRh?= <news@shop.example>' });
    expect(accepted[0]?.from).toBe('Tienda <news@shop.example>');
  });

  it('throttles messages over its rate in any second, and accepts them a second later', async () => {
    const { send, clock } = await start({ maxSendRate: 10 });
    const outcomes = await Promise.allSettled(Array.from({ length: 15 }, (_, n) => send(`a${n}@example.com`)));
    // 10 × 1.05 + 1 = 11.5
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(11);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: {
        name: 'TooManyRequestsException',
        message: 'Maximum sending rate exceeded.',
        $metadata: { httpStatusCode: 429 },
      },
    });
    clock.now += 1_000;
    await send('late@example.com');
  });

  it('closes the connection after accepting if that fault is set', async () => {
    const { send, accepted, setFaults } = await start();
    await setFaults({ dropAfterAcceptRate: 1 });
    await expect(send('ana@example.com')).rejects.toThrow('socket hang up');
    expect(accepted).toHaveLength(1);
  });

  it('refuses all messages with each account-level error and its message', async () => {
    const { client, send, setFaults } = await start();
    await setFaults({ sendingPaused: true });
    await expect(send('a@example.com')).rejects.toMatchObject({ name: 'SendingPausedException' });
    await setFaults({ accountSuspended: true });
    await expect(send('a@example.com')).rejects.toMatchObject({ name: 'AccountSuspendedException' });
    await setFaults({ max24HourSend: 1, maxSendRate: 7 });
    await send('a@example.com');
    await expect(send('b@example.com')).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      message: 'Daily message quota exceeded.',
    });
    expect(await client.send(new GetAccountCommand({}))).toMatchObject({
      SendingEnabled: true,
      SendQuota: { Max24HourSend: 1, MaxSendRate: 7, SentLast24Hours: 1 },
    });
  });

  it('counts the recipients of any 24 hours against the daily quota', async () => {
    const { client, send, setFaults, clock } = await start();
    const hours = (count: number) => {
      clock.now += count * 60 * 60 * 1000;
    };
    const free = async () => {
      const { SendQuota } = await client.send(new GetAccountCommand({}));
      return Number(SendQuota?.Max24HourSend) - Number(SendQuota?.SentLast24Hours);
    };
    await setFaults({ max24HourSend: 3 });
    await send('a@example.com');
    hours(10);
    await send('b@example.com', { Destination: { ToAddresses: ['b@example.com', 'c@example.com'] } });
    expect(await free()).toBe(0);
    await expect(send('d@example.com')).rejects.toMatchObject({ message: 'Daily message quota exceeded.' });
    hours(14);
    expect(await free()).toBe(1);
    await send('d@example.com');
    await expect(send('e@example.com')).rejects.toMatchObject({ message: 'Daily message quota exceeded.' });
    hours(10);
    expect(await free()).toBe(2);
    await setFaults({ max24HourSend: -1 });
    for (const to of ['f', 'g', 'h', 'i']) await send(`${to}@example.com`);
  });

  it('fails, throttles and slows down at random', async () => {
    const { send, setFaults, slept } = await start();
    await setFaults({ errorRate: 0.6, latencyMs: 40 });
    await expect(send('a@example.com')).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await setFaults({ throttleRate: 0.6 });
    await expect(send('a@example.com')).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    await setFaults({ errorRate: 0.4, throttleRate: 0.4 });
    await send('a@example.com');
    expect(slept).toEqual([40]);
  });

  it('refuses invalid requests as SES does', async () => {
    const { send } = await start();
    await expect(send('no address')).rejects.toMatchObject({ name: 'BadRequestException' });
    await expect(send('a@example.com', { EmailTags: [{ Name: 'a b', Value: 'c' }] })).rejects.toMatchObject({
      name: 'BadRequestException',
    });
    await expect(send('a@example.com', { Content: { Template: { TemplateName: 't' } } })).rejects.toThrow(
      'templates are not part',
    );
  });

  it('reads a raw message', async () => {
    const { send, accepted } = await start();
    const raw = [
      'From: news@shop.example',
      'Subject: =?utf-8?Q?=C2=A1Hola_t=C3=BA!?=',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative; boundary="cut"',
      '',
      '--cut',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Adi=C3=B3s',
      '--cut',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('<p>Adiós</p>').toString('base64'),
      '--cut--',
    ].join('\r\n');
    await send('ana@example.com', { Content: { Raw: { Data: Buffer.from(raw) } } });
    expect(accepted).toMatchObject([{ subject: '¡Hola tú!', text: 'Adiós', html: '<p>Adiós</p>' }]);
  });
});

describe('faults', () => {
  it('are replaced as a whole, and unknown ones are refused', async () => {
    const { setFaults, gateway } = await start();
    expect((await setFaults({ errorRate: 0.5, services: { sqs: { latencyMs: 5 } } })).status).toBe(200);
    await setFaults({ throttleRate: 0.1 });
    const now = await (await fetch(`${gateway.url}/_local/faults`)).json();
    expect(now).toMatchObject({ errorRate: 0, throttleRate: 0.1, services: { sqs: { latencyMs: 0, errorRate: 0 } } });
    for (const wrong of [{ errorRate: 2 }, { unknown: 1 }, { services: { ses: {} } }, []]) {
      expect((await setFaults(wrong)).status).toBe(400);
    }
    expect(await (await fetch(`${gateway.url}/_local/faults`)).json()).toEqual(now);
  });
});

describe('SendWindow', () => {
  it('never accepts more than the rate allows in any second, whenever the attempts come', () => {
    const window = new SendWindow();
    const accepted: number[] = [];
    for (let now = 0; now < 5_000; now += 7) if (window.accept(1, 20, now)) accepted.push(now);
    for (const start of accepted) {
      expect(accepted.filter((time) => time >= start && time < start + 1_000).length).toBeLessThanOrEqual(22);
    }
    expect(accepted.length).toBeGreaterThan(100);
  });
});
