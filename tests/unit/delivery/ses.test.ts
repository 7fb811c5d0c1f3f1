import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NoSlotAvailable } from '../../../core/delivery/provider.ts';
import type { OutgoingEmail } from '../../../core/delivery/providers/outgoing-email.ts';
import { formatAddress } from '../../../core/delivery/providers/outgoing-email.ts';
import { createSes } from '../../../core/delivery/providers/ses.ts';
import { classifySesError } from '../../../core/delivery/providers/ses-errors.ts';
import { simulatedClock } from '../support/clock.ts';

const EMAIL: OutgoingEmail = {
  sendId: 'b1-7',
  batchId: 'b1',
  channel: 'campaign',
  from: { email: 'hello@pregon.test', name: 'Pregón' },
  to: { email: 'ana@example.com' },
  subject: 'Hola',
  text: 'Hola, Ana',
};
const open = async () => undefined;

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let answer: Answer = () => undefined;
let arrived: Record<string, unknown>[] = [];
const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  arrived.push(JSON.parse(body || '{}'));
  answer(request, response, body);
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  arrived = [];
  answer = (_request, response) => json(response, 200, { MessageId: 'm-1' });
});

function json(response: ServerResponse, status: number, body: unknown, type?: string) {
  response.writeHead(status, { 'content-type': 'application/json', ...(type && { 'x-amzn-errortype': type }) });
  response.end(JSON.stringify(body));
}

const TIMEOUT_MS = 1_000;
const clock = simulatedClock({ manual: true });
const ses = (to = port) =>
  createSes({
    config: {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${to}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    timeoutMs: TIMEOUT_MS,
    // This one is the SDK's, on the real clock.
    connectTimeoutMs: 60_000,
    clock,
  }).provider;

const send = (provider = ses()) => provider.send(EMAIL, open);

it('names the sender in lower case, because IAM compares it with case', async () => {
  await ses().send({ ...EMAIL, from: { email: 'Hello@Pregon.Test', name: 'Pregon' } }, open);
  expect(arrived).toMatchObject([{ FromEmailAddress: 'Pregon <hello@pregon.test>' }]);
});

it.each([
  ['with the text that was made from it', 'Hola', { Text: { Data: 'Hola' }, Html: { Data: '<p>Hola</p>' } }],
  ['alone where it has no text', '', { Html: { Data: '<p>Hola</p>' } }],
])('sends HTML %s', async (_, text, parts) => {
  await ses().send({ ...EMAIL, text, html: '<p>Hola</p>' }, open);
  const [{ Content }] = arrived as [{ Content: { Simple: { Body: object } } }];
  expect(Content.Simple.Body).toMatchObject(parts);
  expect(Object.keys(Content.Simple.Body)).toEqual(Object.keys(parts));
});

it('is sent with the configuration set, whose events name the attempt', async () => {
  const { provider } = createSes({
    config: {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    configurationSet: 'pregon-dev-sending',
    clock,
  });
  await provider.send({ ...EMAIL, leaseId: 'lease-1', headers: { 'List-Unsubscribe': '<https://a.example>' } }, open);

  expect(arrived).toMatchObject([
    {
      ConfigurationSetName: 'pregon-dev-sending',
      Content: { Simple: { Headers: [{ Name: 'List-Unsubscribe', Value: '<https://a.example>' }] } },
      EmailTags: expect.arrayContaining([{ Name: 'leaseId', Value: 'lease-1' }]),
    },
  ]);
});

it('carries the address for answers', async () => {
  await ses().send({ ...EMAIL, replyTo: 'answers@shop.example' }, open);
  expect(arrived).toMatchObject([{ ReplyToAddresses: ['answers@shop.example'] }]);
});

describe('an email by SES', () => {
  it('carries its addresses, parts and tags', async () => {
    expect(await send()).toEqual({ messageId: 'm-1' });
    expect(arrived[0]).toMatchObject({
      FromEmailAddress: '=?UTF-8?B?UHJlZ8Ozbg==?= <hello@pregon.test>',
      Destination: { ToAddresses: ['ana@example.com'] },
      Content: { Simple: { Subject: { Data: 'Hola' }, Body: { Text: { Data: 'Hola, Ana', Charset: 'UTF-8' } } } },
      EmailTags: [
        { Name: 'sendId', Value: 'b1-7' },
        { Name: 'batchId', Value: 'b1' },
        { Name: 'channel', Value: 'campaign' },
      ],
    });
  });

  it('leaves when its permit opens', async () => {
    const provider = ses();
    const asked = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const first = provider.send({ ...EMAIL, subject: 'first' }, () => {
      asked.resolve();
      return opened.promise;
    });
    await asked.promise;
    await provider.send({ ...EMAIL, subject: 'second' }, open);
    opened.resolve();
    await first;
    expect(arrived).toMatchObject(['second', 'first'].map((Data) => ({ Content: { Simple: { Subject: { Data } } } })));
  });

  it('does not leave when its permit stays closed', async () => {
    const closed = new NoSlotAvailable();
    await expect(ses().send(EMAIL, () => Promise.reject(closed))).rejects.toBe(closed);
    expect(arrived).toHaveLength(0);
  });
});

describe('an error of SES', () => {
  it.each([
    [400, 'MessageRejected', 'Email content is spam', 'MessageRejected'],
    [400, 'MessageRejected', 'Email address is not verified: hello@pregon.test', 'SenderNotVerified'],
    [400, 'BadRequestException', 'Missing final @domain', 'InvalidRecipient'],
    [429, 'TooManyRequestsException', 'Maximum sending rate exceeded.', 'Throttled'],
    [429, 'TooManyRequestsException', 'Daily message quota exceeded.', 'DailyQuotaExceeded'],
    [400, 'SendingPausedException', 'Paused', 'SendingPaused'],
    [400, 'AccountSuspendedException', 'Suspended', 'AccountSuspended'],
    [400, 'MailFromDomainNotVerifiedException', 'Not verified', 'SenderNotVerified'],
    [403, 'AccessDeniedException', 'No', 'CredentialsRefused'],
    [500, 'InternalFailure', 'Oh', 'ProviderUnavailable'],
    [503, 'ServiceUnavailable', 'Busy', 'ProviderUnavailable'],
    [500, 'AnErrorOfNextYearException', 'New', 'ProviderUnavailable'],
    [503, 'AnErrorOfNextYearException', 'New', 'ProviderUnavailable'],
    [429, 'AnErrorOfNextYearException', 'New', 'Throttled'],
    [408, 'RequestTimeoutException', 'Slow', 'ProviderUnavailable'],
    [400, 'RequestExpired', 'Late', 'ProviderUnavailable'],
    [401, 'NotAuthorized', 'No', 'CredentialsRefused'],
  ])('%d %s (%s) is %s, after one call', async (status, type, message, code) => {
    answer = (_request, response) => json(response, status, { message }, type);
    await expect(send()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(arrived).toHaveLength(1);
  });

  it('a 5xx without the body of SES is unconfirmed', async () => {
    answer = (_request, response) => response.writeHead(502).end('<html>Bad gateway</html>');
    await expect(send()).rejects.toMatchObject({ code: 'DeliveryUnconfirmed' });
  });

  it('a connection that breaks after the request is unconfirmed', async () => {
    answer = (request) => request.socket.destroy();
    await expect(send()).rejects.toMatchObject({ code: 'DeliveryUnconfirmed' });
  });

  it('an answer that does not arrive in time is unconfirmed', async () => {
    answer = () => clock.move(TIMEOUT_MS);
    await expect(send()).rejects.toMatchObject({ code: 'DeliveryUnconfirmed' });
  });

  it('a refused connection is transient', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port: nobody } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(send(ses(nobody))).rejects.toMatchObject({
      code: 'ProviderUnavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('addresses', () => {
  it.each([
    [{ name: 'Pregon', email: 'hello@pregon.test' }, 'Pregon <hello@pregon.test>'],
    [{ email: 'hello@pregon.test' }, 'hello@pregon.test'],
    [{ name: 'Ana, Ltd.', email: 'a@b.co' }, '"Ana, Ltd." <a@b.co>'],
    [{ name: '日本', email: 'a@b.co' }, '=?UTF-8?B?5pel5pys?= <a@b.co>'],
  ])('%j', (address, formatted) => {
    expect(formatAddress(address)).toBe(formatted);
  });
});

it('is not unconfirmed where no connection could be opened for want of a descriptor', () => {
  const error = Object.assign(new Error('connect EMFILE 127.0.0.1:443'), { code: 'EMFILE' });
  expect(classifySesError(error, { left: true, sender: 'hello@pregon.test' })).toMatchObject({
    code: 'ProviderUnavailable',
  });
});
