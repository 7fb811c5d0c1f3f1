import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Provider } from '../../../core/delivery/provider.ts';
import { createMailgun } from '../../../core/delivery/providers/mailgun.ts';
import type { OutgoingEmail } from '../../../core/delivery/providers/outgoing-email.ts';
import { createSendgrid } from '../../../core/delivery/providers/sendgrid.ts';
import { createSmtp } from '../../../core/delivery/providers/smtp.ts';
import { simulatedClock } from '../support/clock.ts';
import { openProviders, outgoingEmail } from './support.ts';

/** The slot is now. */
const open = async () => undefined;

const failureOf = (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => 'accepted',
    (error: unknown) => error,
  );

describe('providers against their stand-ins', () => {
  let local: Awaited<ReturnType<typeof openProviders>>;
  beforeAll(async () => {
    local = await openProviders();
  });
  afterAll(() => local.close());
  afterEach(() => local.faults.replace({}));

  it.each(['mailgun', 'sendgrid', 'smtp'] as const)('%s delivers an email unchanged, with its ids', async (name) => {
    const email = outgoingEmail({ sendId: `${name}-1`, batchId: name });

    const { messageId } = await local[name]().send(email, open);

    expect(messageId).not.toBe('unknown');
    const [message] = local.read().filter(({ provider }) => provider === name);
    expect(message).toMatchObject({
      to: 'pedro@example.com',
      subject: email.subject,
      text: expect.stringMatching(/^Línea uno\r?\n\.\r?\n\.\.dots\r?\nend =3D(\r?\n)?$/),
      html: expect.stringContaining('<p>Línea uno</p>'),
      sendId: `${name}-1`,
      batchId: name,
      channel: 'email',
      messageId,
    });
    expect(message?.from).toContain('sender@example.com');
  });

  it('refuses a wrong key: an error of the account', async () => {
    const smtpUrl = local.smtpUrl.replace(/:\/\/[^@]+@/, '://pregon:wrong@');
    for (const provider of [local.mailgun('wrong'), local.sendgrid('wrong'), local.smtp(smtpUrl)]) {
      expect(await failureOf(provider.send(outgoingEmail(), open))).toMatchObject({ code: 'CredentialsRefused' });
    }
    expect(await failureOf(local.mailgun(undefined, 'other.test').send(outgoingEmail(), open))).toMatchObject({
      code: 'CredentialsRefused',
      message: 'mailgun: 404 {"message":"Domain not found: other.test"}',
    });
  });

  it('refuses what the real API would refuse', async () => {
    const bad = outgoingEmail({ subject: '', text: '', html: undefined });
    expect(await failureOf(local.mailgun().send(bad, open))).toMatchObject({ code: 'MessageRejected' });
    expect(await failureOf(local.sendgrid().send(bad, open))).toMatchObject({ code: 'MessageRejected' });

    const calls: [string, RequestInit, number][] = [
      ['mailgun/v3/mg.pregon.test/messages', { method: 'POST', body: '{}' }, 401],
      ['mailgun/v3/mg.pregon.test/messages', { method: 'GET' }, 405],
      ['mailgun/v2/x', { method: 'POST' }, 404],
      [
        'sendgrid/v3/mail/send',
        { method: 'POST', headers: { authorization: 'Bearer SG.local-sendgrid' }, body: 'x' },
        415,
      ],
      ['sendgrid/v3/mail/send', { method: 'POST' }, 401],
    ];
    for (const [path, init, status] of calls) {
      expect((await fetch(`${local.gateway.url}/_providers/${path}`, init)).status).toBe(status);
    }
  });

  it('applies the faults of each provider separately', async () => {
    local.faults.replace({ providers: { mailgun: { outage: true }, sendgrid: { errorRate: 0 } } });

    expect(await failureOf(local.mailgun().send(outgoingEmail(), open))).toMatchObject({ code: 'ProviderUnavailable' });
    expect(await failureOf(local.sendgrid().send(outgoingEmail(), open))).toBe('accepted');
  });

  it('fails the simulated recipients, with one count of failures for all providers', async () => {
    const to = (email: string) => outgoingEmail({ to: { email }, sendId: 'fate-1' });
    for (const name of ['mailgun', 'sendgrid', 'smtp'] as const) {
      const refused = await failureOf(local[name]().send(to('reject@simulator.pregon.test'), open));
      expect(refused).toMatchObject({ code: 'MessageRejected' });
    }
    const flaky = to('flaky2-a@simulator.pregon.test');
    expect(await failureOf(local.mailgun().send(flaky, open))).toMatchObject({ code: 'ProviderUnavailable' });
    expect(await failureOf(local.smtp().send(flaky, open))).toMatchObject({ code: 'ProviderUnavailable' });
    expect(await failureOf(local.sendgrid().send(flaky, open))).toBe('accepted');
  });

  it('makes an email unconfirmed that left and was not answered', async () => {
    local.faults.replace({ providers: { mailgun: { latencyMs: 400 } } });
    const hasty = createMailgun({
      baseUrl: `${local.gateway.url}/_providers/mailgun`,
      domain: 'mg.pregon.test',
      apiKey: 'key-local-mailgun',
      timeoutMs: 100,
      clock: local.clock,
    });

    expect(await failureOf(hasty.send(outgoingEmail(), open))).toMatchObject({ code: 'DeliveryUnconfirmed' });
  });
});

describe('providers against a server that fails in its own way', () => {
  const clock = simulatedClock({ manual: true });
  const timeoutMs = 60_000;
  const at = (port: number): Provider<OutgoingEmail>[] => [
    createMailgun({ baseUrl: `http://127.0.0.1:${port}`, domain: 'd', apiKey: 'k', timeoutMs, clock }),
    createSendgrid({ baseUrl: `http://127.0.0.1:${port}`, apiKey: 'k', timeoutMs, clock }),
    createSmtp({ url: `smtp://127.0.0.1:${port}`, timeoutMs, clock }),
  ];

  async function serving<Result>(handle: (socket: Socket) => void, work: (port: number) => Promise<Result>) {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => socket.destroy());
      handle(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      return await work((server.address() as AddressInfo).port);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  }

  it('knows that nothing was sent without a connection', async () => {
    const port = await serving(
      () => undefined,
      async (used) => used,
    );
    for (const provider of at(port)) {
      expect(await failureOf(provider.send(outgoingEmail(), open))).toMatchObject({ code: 'ProviderUnavailable' });
    }
    const unknown = createSendgrid({ baseUrl: 'https://nobody.invalid', apiKey: 'k', timeoutMs, clock });
    expect(await failureOf(unknown.send(outgoingEmail(), open))).toMatchObject({ code: 'ProviderUnavailable' });
  });

  it('knows that nothing was sent when the key is not a valid header', async () => {
    const broken = createSendgrid({ baseUrl: 'http://127.0.0.1:1', apiKey: 'SG.key\n', timeoutMs, clock });
    const error = await failureOf(broken.send(outgoingEmail(), open));

    expect(error).toMatchObject({ code: 'ProviderUnavailable' });
    expect(String(error)).not.toContain('SG.key');
  });

  it('knows that nothing was sent when TLS was not established', async () => {
    const error = await serving(
      (socket) => socket.once('data', () => socket.destroy()),
      (port) =>
        failureOf(
          createSendgrid({ baseUrl: `https://127.0.0.1:${port}`, apiKey: 'k', timeoutMs, clock }).send(
            outgoingEmail(),
            open,
          ),
        ),
    );
    expect(error).toMatchObject({ code: 'ProviderUnavailable' });
  });

  it('makes an email unconfirmed when the connection broke after the HTTP request', async () => {
    await serving(
      (socket) => socket.once('data', () => socket.destroy()),
      async (port) => {
        for (const provider of at(port).slice(0, 2)) {
          expect(await failureOf(provider.send(outgoingEmail(), open))).toMatchObject({ code: 'DeliveryUnconfirmed' });
        }
      },
    );
  });

  it.each([
    [200, 'accepted'],
    [202, 'accepted'],
    [302, 'ProviderUnavailable'],
    [400, 'MessageRejected'],
    [401, 'CredentialsRefused'],
    [403, 'MessageRejected'],
    [413, 'MessageRejected'],
    [429, 'Throttled'],
    [500, 'ProviderUnavailable'],
    [503, 'ProviderUnavailable'],
  ])('takes %i for %s, whatever the body is', async (status, expected) => {
    await serving(
      (socket) =>
        socket.once('data', () =>
          socket.end(`HTTP/1.1 ${status} X\r\nretry-after: 7\r\nconnection: close\r\n\r\n<html>no`),
        ),
      async (port) => {
        for (const provider of at(port).slice(0, 2)) {
          const outcome = await failureOf(provider.send(outgoingEmail(), open));
          if (expected === 'accepted') expect(outcome).toBe('accepted');
          else expect(outcome).toMatchObject({ code: expected, extra: { status } });
          if (status === 429) expect(outcome).toMatchObject({ extra: { retryAfterMs: 7000 } });
        }
      },
    );
  });

  /** Answers the commands of one SMTP session up to a point; what comes then is up to the test. */
  const talking =
    (breaksAt: 'MAIL' | 'RCPT' | 'DATA' | '.', breaking: (socket: Socket) => void) => (socket: Socket) => {
      socket.write('220 test ESMTP\r\n');
      let inData = false;
      socket.on('data', (part) => {
        for (const line of part.toString().split('\r\n').filter(Boolean)) {
          if (inData ? line === '.' && breaksAt === '.' : line.startsWith(breaksAt)) return breaking(socket);
          if (inData) continue;
          inData = line === 'DATA';
          socket.write(inData ? '354 go\r\n' : '250 ok\r\n');
        }
      });
    };

  it.each([
    ['greeting', '554 5.7.1 not from your address', 'CredentialsRefused'],
    ['greeting', '421 too busy', 'ProviderUnavailable'],
    ['MAIL', '530 5.7.0 authentication required', 'CredentialsRefused'],
    ['MAIL', '550 5.7.1 no such sender here', 'CredentialsRefused'],
    ['MAIL', '451 later', 'ProviderUnavailable'],
    ['RCPT', '550 5.1.1 no such user', 'MessageRejected'],
    ['RCPT', '530 5.7.0 must issue STARTTLS first', 'CredentialsRefused'],
    ['RCPT', '450 greylisted', 'ProviderUnavailable'],
    ['DATA', '554 5.7.1 refused', 'MessageRejected'],
    ['.', '554 5.7.1 spam', 'MessageRejected'],
    ['.', '451 later', 'ProviderUnavailable'],
  ] as const)('SMTP: a refusal is classified by its step: at %s, %s is %s', async (when, answer, code) => {
    const refusing = (socket: Socket) => socket.write(`${answer}\r\n`);
    const error = await serving(when === 'greeting' ? refusing : talking(when, refusing), (port) =>
      failureOf(createSmtp({ url: `smtp://127.0.0.1:${port}`, timeoutMs, clock }).send(outgoingEmail(), open)),
    );
    const status = Number(answer.slice(0, 3));
    expect(error).toMatchObject({ code, message: expect.stringContaining(answer), extra: { status } });
  });

  it.each([
    ['RCPT', 'ProviderUnavailable'],
    ['DATA', 'ProviderUnavailable'],
    ['.', 'DeliveryUnconfirmed'],
  ] as const)('SMTP: a connection that breaks or is silent at %s is %s', async (at_, code) => {
    for (const breaking of [(socket: Socket) => socket.destroy(), () => clock.move(timeoutMs)]) {
      const error = await serving(talking(at_, breaking), (port) =>
        failureOf(createSmtp({ url: `smtp://127.0.0.1:${port}`, timeoutMs, clock }).send(outgoingEmail(), open)),
      );
      expect(error).toMatchObject({ code });
    }
  });
});
