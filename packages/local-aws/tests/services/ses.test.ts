import { GetAccountCommand, SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { Mailbox, type MailboxPage } from '../../../../dev/mailbox/mailbox.ts';
import { mailboxRoute } from '../../../../dev/mailbox/mailbox-route.ts';
import { Faults } from '../../src/faults/faults.ts';
import { faultsRoute } from '../../src/faults/route.ts';
import type { LocalRoutes } from '../../src/gateway/local-routes.ts';
import { SendWindow } from '../../src/ses/send-window.ts';
import { ses } from '../../src/ses/ses.ts';
import { clientOptions, closing, gatewayFor, temporaryFolder } from './support.ts';

const track = closing();

/** An SES on a clock of the test's own; chance always says 0.5. */
async function start({ maxSendRate = 1_000, folder = track(temporaryFolder()).path } = {}) {
  const clock = { now: Date.parse('2026-11-22T10:00:00Z') };
  const slept: number[] = [];
  const mailbox = new Mailbox(folder);
  const faults = new Faults();
  const chance = { random: () => 0.5, sleep: async (ms: number) => void slept.push(ms) };
  const localRoutes: LocalRoutes = new Map([
    ['/_local/mailbox', mailboxRoute(mailbox)],
    ['/_local/faults', faultsRoute(faults)],
  ]);
  const handler = ses({ mailbox, faults, maxSendRate, chance, now: () => clock.now });
  const gateway = await gatewayFor({ ses: handler }, { localRoutes });
  const client = new SESv2Client(clientOptions(gateway));
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    client.destroy();
    await gateway.close();
    mailbox.close();
  };
  const send = (to: string, row = 1, more: Partial<SendEmailCommandInput> = {}) =>
    client.send(
      new SendEmailCommand({
        FromEmailAddress: 'Pregón <hello@pregon.test>',
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: { Data: '¡Hola!' }, Body: { Text: { Data: 'content' } } } },
        EmailTags: [
          { Name: 'sendId', Value: `batch-${row}` },
          { Name: 'batchId', Value: 'batch' },
          { Name: 'channel', Value: 'campaign' },
        ],
        ...more,
      }),
    );
  const read = async (query = ''): Promise<MailboxPage> =>
    (await (await fetch(`${gateway.url}/_local/mailbox${query}`)).json()) as MailboxPage;
  const setFaults = (body: unknown) =>
    fetch(`${gateway.url}/_local/faults`, { method: 'PUT', body: JSON.stringify(body) });
  return { ...track({ close }), client, send, read, setFaults, clock, slept, gateway };
}

describe('SES', () => {
  it('puts what it accepts into the mailbox, with the tags of the send', async () => {
    const { send, read } = await start();
    const { MessageId } = await send('Ana <ana@example.com>');
    expect(await read()).toEqual({
      count: 1,
      messages: [
        {
          to: 'ana@example.com',
          from: 'Pregón <hello@pregon.test>',
          subject: '¡Hola!',
          text: 'content',
          messageId: MessageId,
          sendId: 'batch-1',
          batchId: 'batch',
          channel: 'campaign',
          provider: 'ses',
          sentAt: '2026-11-22T10:00:00.000Z',
        },
      ],
    });
  });

  it('shows the sender as a reader sees it', async () => {
    const { send, read } = await start();
    await send('ana@example.com', 1, { FromEmailAddress: '=?UTF-8?B?UHJlZ8Ozbg==?= <hello@pregon.test>' });
    expect((await read()).messages[0]?.from).toBe('Pregón <hello@pregon.test>');
  });

  it('throttles what goes over its rate in any second, and takes it a second later', async () => {
    const { send, clock } = await start({ maxSendRate: 10 });
    const outcomes = await Promise.allSettled(Array.from({ length: 15 }, (_, n) => send(`a${n}@example.com`, n + 1)));
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

  it('has fixed fates for the simulator addresses', async () => {
    const { send, read, setFaults } = await start();
    await expect(send('reject-1@simulator.pregon.test')).rejects.toMatchObject({ name: 'MessageRejected' });
    const flaky = () => send('flaky2-x@simulator.pregon.test');
    await expect(flaky()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await expect(flaky()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await flaky();
    await setFaults({ outage: true });
    await expect(send('down-1@simulator.pregon.test')).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await send('ana@example.com');
    await setFaults({});
    await send('down-1@simulator.pregon.test');
    await send('bounce@simulator.amazonses.com');
    expect((await read()).messages.map(({ to }) => to)).toEqual([
      'flaky2-x@simulator.pregon.test',
      'ana@example.com',
      'down-1@simulator.pregon.test',
      'bounce@simulator.amazonses.com',
    ]);
  });

  it('counts the failures of a flaky recipient over a restart', async () => {
    const folder = track(temporaryFolder()).path;
    const first = await start({ folder });
    await expect(first.send('flaky1-x@simulator.pregon.test')).rejects.toThrow();
    await first.close();
    const second = await start({ folder });
    await second.send('flaky1-x@simulator.pregon.test');
    expect((await second.read()).count).toBe(1);
  });

  it('breaks the connection after accepting where that is asked for', async () => {
    const { send, read, setFaults } = await start();
    await setFaults({ dropAfterAcceptRate: 1 });
    await expect(send('ana@example.com')).rejects.toThrow('socket hang up');
    expect((await read()).count).toBe(1);
  });

  it('refuses all at account level, each in its own words', async () => {
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

  it('fails, throttles and slows by chance', async () => {
    const { send, setFaults, slept } = await start();
    await setFaults({ errorRate: 0.6, latencyMs: 40 });
    await expect(send('a@example.com')).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await setFaults({ throttleRate: 0.6 });
    await expect(send('a@example.com')).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    await setFaults({ errorRate: 0.4, throttleRate: 0.4 });
    await send('a@example.com');
    expect(slept).toEqual([40]);
  });

  it('refuses a request that SES would refuse', async () => {
    const { send } = await start();
    await expect(send('no address')).rejects.toMatchObject({ name: 'BadRequestException' });
    await expect(send('a@example.com', 1, { EmailTags: [{ Name: 'a b', Value: 'c' }] })).rejects.toMatchObject({
      name: 'BadRequestException',
    });
    await expect(send('a@example.com', 1, { Content: { Template: { TemplateName: 't' } } })).rejects.toThrow(
      'templates are not part',
    );
  });

  it('reads a raw message', async () => {
    const { send, read } = await start();
    const raw = [
      'From: hello@pregon.test',
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
    await send('ana@example.com', 1, { Content: { Raw: { Data: Buffer.from(raw) } } });
    expect((await read()).messages).toMatchObject([{ subject: '¡Hola tú!', text: 'Adiós', html: '<p>Adiós</p>' }]);
  });
});

describe('the mailbox', () => {
  it('pages in the order of acceptance and filters by address and batch', async () => {
    const { send, read } = await start();
    for (let row = 1; row <= 5; row++) await send(`A${row}@example.com`, row);
    const first = await read('?limit=2');
    expect(first.count).toBe(5);
    expect(first.messages.map(({ sendId }) => sendId)).toEqual(['batch-1', 'batch-2']);
    const second = await read(`?limit=2&after=${first.next}`);
    const last = await read(`?limit=2&after=${second.next}`);
    expect(last.messages.map(({ sendId }) => sendId)).toEqual(['batch-5']);
    expect(last).not.toHaveProperty('next');
    expect((await read('?to=a3@example.com')).messages).toHaveLength(1);
    expect((await read('?batchId=other')).count).toBe(0);
  });

  it('survives a restart, and refuses a limit over 1,000', async () => {
    const folder = track(temporaryFolder()).path;
    const first = await start({ folder });
    await first.send('ana@example.com');
    await first.close();
    const second = await start({ folder });
    expect((await second.read()).count).toBe(1);
    expect((await fetch(`${second.gateway.url}/_local/mailbox?limit=1001`)).status).toBe(400);
  });
});

describe('faults', () => {
  it('are replaced as a whole, and refused where they are not known', async () => {
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
  it('never accepts more than the rate allows in any second, however the tries fall', () => {
    const window = new SendWindow();
    const accepted: number[] = [];
    for (let now = 0; now < 5_000; now += 7) if (window.accept(1, 20, now)) accepted.push(now);
    for (const start of accepted) {
      expect(accepted.filter((time) => time >= start && time < start + 1_000).length).toBeLessThanOrEqual(22);
    }
    expect(accepted.length).toBeGreaterThan(100);
  });
});
