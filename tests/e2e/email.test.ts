import { rm } from 'node:fs/promises';
import type { EmailAnswer } from '../../api/emails.ts';
import { metric } from './fire/support.ts';
import { eventually, Product, tempDataDir } from './support/product.ts';

/** The document's own example, to the byte. */
const EXAMPLE = `{
	"from": {
		"email": "sender@example.com",
		"name": "Sender"
	},
	"destinations": [
		{
			"email": "pedro@example.com",
			"name": "Pedro"
		}
	],
	"subject": "test",
	"plainContent": "test"
}`;

const emailTo = (...emails: string[]) =>
  JSON.stringify({
    from: { email: 'sender@example.com' },
    destinations: emails.map((email) => ({ email })),
    subject: 'test',
    plainContent: 'test',
  });

describe('transactional email', () => {
  const dataDir = tempDataDir();
  let product: Product;
  beforeAll(async () => {
    product = await Product.up(dataDir);
  });
  afterAll(async () => {
    await product.command.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const faults = (set: object) =>
    fetch(`${product.outputs.awsEndpoint}/_local/faults`, { method: 'PUT', body: JSON.stringify(set) });
  const post = (body: string, headers: Record<string, string> = {}) =>
    product.call('POST', '/emails/send', { body, headers });
  async function send(body: string): Promise<string> {
    const response = await post(body);
    expect(response.status).toBe(202);
    const { data } = (await response.json()) as { data: { batchID: string } };
    return data.batchID;
  }
  async function emailsOf(batchId: string): Promise<EmailAnswer[]> {
    const response = await product.call('GET', `/emails/${batchId}`);
    expect(response.status).toBe(200);
    return ((await response.json()) as { data: { emails: EmailAnswer[] } }).data.emails;
  }
  async function ended(batchId: string): Promise<EmailAnswer[]> {
    let emails = await emailsOf(batchId);
    await eventually(async () => {
      emails = await emailsOf(batchId);
      return emails.every(({ state }) => state !== 'QUEUED');
    });
    return emails;
  }

  /** Resolves once the breaker of the first provider is closed. */
  const mailgunIsUsed = () =>
    eventually(async () => {
      const [email] = await ended(await send(emailTo('back@b.co')));
      return email?.provider === 'mailgun';
    }, 1_000);

  it("sends the document's example by the first provider, known from the moment it is accepted", async () => {
    const response = await post(EXAMPLE);
    const answer = (await response.json()) as { status: string; data: { batchID: string } };
    const { batchID } = answer.data;
    const [accepted] = await emailsOf(batchID);
    const [email] = await ended(batchID);

    expect([response.status, answer]).toEqual([202, { status: 'success', data: { batchID: expect.any(String) } }]);
    expect(accepted).toMatchObject({ recipient: 'pedro@example.com', subject: 'test' });
    expect(email).toEqual({
      batchId: batchID,
      from: 'sender@example.com',
      subject: 'test',
      recipient: 'pedro@example.com',
      status: true,
      state: 'SENT',
      retries: 0,
      provider: 'mailgun',
      content: 'test',
      lastAttemptAt: expect.stringMatching(/Z$/),
    });
    expect(await product.mailbox(batchID)).toMatchObject([{ to: 'pedro@example.com', text: 'test' }]);
    const { listEmailStatus } = await product.graphql<{ listEmailStatus: unknown }>(
      `{ listEmailStatus(batchId: "${batchID}") { sendId status channel provider attempts } }`,
    );
    expect(listEmailStatus).toEqual([
      { sendId: `${batchID}-1`, status: 'SENT', channel: 'email', provider: 'mailgun', attempts: 1 },
    ]);
  });

  it('answers a repeated key with the first answer, and sends nothing again', async () => {
    const key = { 'Idempotency-Key': 'one' };
    const [first, again, other] = [
      await post(EXAMPLE, key),
      await post(EXAMPLE, key),
      await post(emailTo('a@b.co'), key),
    ];

    expect([first.status, again.status, other.status]).toEqual([202, 202, 422]);
    expect([first, again].map(({ headers }) => headers.get('idempotency-replay'))).toEqual([null, 'true']);
    expect(await again.json()).toEqual(await first.json());
  });

  it('refuses a key whose first call is in progress, with the time to wait', async () => {
    await faults({ services: { dynamodb: { latencyMs: 300 } } });
    let answers: Response[] = [];
    let key = {};
    // The second call may find its function cold, and come after the first.
    await eventually(async () => {
      key = { 'Idempotency-Key': `at-once-${crypto.randomUUID()}` };
      answers = await Promise.all([post(emailTo('once@b.co'), key), post(emailTo('once@b.co'), key)]);
      return answers.some(({ status }) => status !== 202);
    });
    await faults({});
    const again = await post(emailTo('once@b.co'), key);

    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(await answers.find(({ status }) => status === 202)?.json()).toEqual(await again.json());
  });

  it('refuses a bad body with every field that is wrong, and an unknown batch with 404', async () => {
    const bad = await post(emailTo('nobody').replace('"test"', '""'));
    const problem = (await bad.json()) as { issues: { field: string }[] };

    expect([bad.status, bad.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(problem.issues.map(({ field }) => field)).toEqual(['destinations.0.email', 'subject']);
    expect((await post('{')).status).toBe(400);
    expect((await product.call('GET', '/emails/nothing')).status).toBe(404);
  });

  it('tries the next provider, one by one, and names each once', async () => {
    const batchId = await send(
      emailTo('Ana@example.com', 'ana@EXAMPLE.com', 'flaky1-a@simulator.pregon.test', 'flaky2-a@simulator.pregon.test'),
    );
    const rejected = await send(emailTo('reject@simulator.pregon.test'));

    expect((await ended(batchId)).map(({ recipient, retries, provider }) => [recipient, retries, provider])).toEqual([
      ['Ana@example.com', 0, 'mailgun'],
      ['flaky1-a@simulator.pregon.test', 1, 'ses'],
      ['flaky2-a@simulator.pregon.test', 2, 'sendgrid'],
    ]);
    const [refused] = await ended(rejected);
    expect(refused).toMatchObject({ state: 'ERROR', retries: 3, error: { code: 'MessageRejected', retryable: false } });
    expect(refused?.error?.message).toMatch(/^mailgun: 400 .*; ses: .*; sendgrid: 400 /);
  });

  it('uses the first provider that is up, and counts the fallback', async () => {
    await mailgunIsUsed();
    const before = await metric(product, 'ProviderFallback');
    const taken: unknown[] = [];
    for (const down of [{ mailgun: { outage: true } }, { mailgun: { outage: true }, sendgrid: { outage: true } }]) {
      await faults({ providers: down });
      taken.push(...(await ended(await send(emailTo('a@b.co')))));
    }
    await faults({ errorRate: 1, providers: { mailgun: { outage: true } } });
    taken.push(...(await ended(await send(emailTo('a@b.co')))));
    await faults({});

    expect(taken).toMatchObject(
      [
        { provider: 'ses', retries: 1 },
        { provider: 'ses', retries: 1 },
        { provider: 'sendgrid', retries: 2 },
      ].map((email) => ({ state: 'SENT', ...email })),
    );
    expect((await metric(product, 'ProviderFallback')) - before).toBe(3);
  });

  it('sends each email once while providers come and go', async () => {
    const addresses = Array.from({ length: 30 }, (_, n) => `flapping${n}@b.co`);
    const batches: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      await faults({ providers: { mailgun: { outage: turn % 2 === 0 }, sendgrid: { outage: turn % 3 === 0 } } });
      batches.push(await send(emailTo(...addresses.slice(5 * turn, 5 * turn + 5))));
      await eventually(async () => (await emailsOf(String(batches[turn]))).some(({ status }) => status));
    }
    await faults({});
    const emails = (await Promise.all(batches.map((batchId) => ended(batchId)))).flat();
    const mails = (await Promise.all(batches.map((batchId) => product.mailbox(batchId)))).flat();

    expect(emails.every(({ state }) => state === 'SENT')).toBe(true);
    expect(mails.map(({ to }) => to).sort()).toEqual([...addresses].sort());
    // Its breaker is open by now; a probe finds it back.
    await mailgunIsUsed();
  });

  it('tries all providers twice, ends in ERROR with their answers, and sends again once they are back', async () => {
    await faults({ errorRate: 1, providers: { mailgun: { outage: true }, sendgrid: { outage: true } } });
    const [email] = await ended(await send(emailTo('a@b.co')));
    await faults({});

    expect(email).toMatchObject({ status: false, state: 'ERROR', retries: 6, error: { retryable: true } });
    expect(email?.error?.message.match(/(mailgun|ses|sendgrid): /g)).toHaveLength(6);
    expect(await ended(await send(emailTo('b@b.co')))).toMatchObject([{ state: 'SENT' }]);
  });

  it('makes an email unconfirmed when the provider accepted it without an answer', async () => {
    await faults({ providers: { mailgun: { outage: true } }, dropAfterAcceptRate: 1 });
    const batchId = await send(emailTo('a@b.co'));
    const [email] = await ended(batchId);
    await faults({});

    expect(email).toMatchObject({ state: 'ERROR', provider: 'ses', error: { code: 'DeliveryUnconfirmed' } });
    expect(await product.mailbox(batchId)).toHaveLength(1);
  });
});
