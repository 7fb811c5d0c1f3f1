import { randomUUID } from 'node:crypto';
import { viewEmails } from '../../../api/emails.ts';
import { createRecipientCheck } from '../../../core/consent/recipient-check.ts';
import { createSuppressions, REFUSED_BY_EVERY_CHANNEL } from '../../../core/consent/suppressions.ts';
import { createBreakers } from '../../../core/delivery/breaker/breaker.ts';
import { BREAKER_DEFAULTS } from '../../../core/delivery/breaker/state.ts';
import type { Job } from '../../../core/delivery/channel.ts';
import { Latency } from '../../../core/delivery/latency.ts';
import { deliver } from '../../../core/delivery/pipeline.ts';
import type { OutgoingEmail } from '../../../core/delivery/providers/outgoing-email.ts';
import { acceptEmail } from '../../../core/email/accept.ts';
import type { EmailRequest } from '../../../core/email/batch.ts';
import { createEmailChannel } from '../../../core/email/channel.ts';
import { createEmailStore } from '../../../core/email/store.ts';
import { type ErrorCode, PregonError } from '../../../core/errors.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import type { Lease } from '../../../core/ledger/send.ts';
import { createLimiter } from '../../../core/limiter/limiter.ts';
import type { Metric } from '../../../core/telemetry.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';
import { emailRequest, keptQueue } from './deps.ts';

type Answer = ErrorCode | 'accept';

/** A provider that answers as it is told for each address, and accepts the others. */
function scripted(name: string) {
  const answers = new Map<string, Answer[]>();
  const taken: OutgoingEmail[] = [];
  return {
    name,
    taken,
    calls: 0,
    always: undefined as Answer | undefined,
    answer: (email: string, ...list: Answer[]) => answers.set(email, list),
    async send(email: OutgoingEmail, permit: () => Promise<void>) {
      await permit();
      this.calls += 1;
      const answer = answers.get(email.to.email)?.shift() ?? this.always ?? 'accept';
      if (answer !== 'accept') throw new PregonError(answer, `${name}: ${answer}`);
      taken.push(email);
      return { messageId: `${name}-${taken.length}` };
    },
  };
}

async function openChannel(breaker = BREAKER_DEFAULTS) {
  const table = await openTable();
  const { clock, close } = table;
  const store = createEmailStore(table);
  const queue = keptQueue();
  const providers = ['mailgun', 'ses', 'sendgrid'].map(scripted);
  const counted: Partial<Record<Metric, number>> = {};
  const logged: unknown[][] = [];
  const telemetry = {
    ...silent,
    warn: (...line: unknown[]) => logged.push(line),
    error: (...line: unknown[]) => logged.push(line),
    count: (metric: Metric, amount = 1) => {
      counted[metric] = (counted[metric] ?? 0) + amount;
    },
  };
  const worker = () => {
    const deps = {
      store,
      queue,
      clock,
      telemetry,
      random: () => 0,
      refuse: createRecipientCheck(createSuppressions(table), REFUSED_BY_EVERY_CHANNEL),
      breakers: createBreakers(table.control, breaker),
      routes: providers.map((provider) => ({
        provider,
        limiter: createLimiter({
          table: table.control,
          name: provider.name,
          source: { kind: 'window', window: { max: 500, ms: 1000 } },
          telemetry,
        }),
      })),
      ledger: createLedger(table),
      newId: randomUUID,
      latency: { reserve: new Latency({ least: 2, most: 50 }), claim: new Latency({ least: 2, most: 50 }) },
    };
    const channel = createEmailChannel(deps);
    return (jobs: readonly Job[], deadline: number) => deliver(jobs, channel, deps, deadline);
  };
  return {
    clock,
    table,
    store,
    queue,
    counted,
    logged,
    worker,
    providers: { mailgun: providers[0], ses: providers[1], sendgrid: providers[2] } as Record<
      'mailgun' | 'ses' | 'sendgrid',
      ReturnType<typeof scripted>
    >,
    accept: (changes: Partial<EmailRequest> = {}) =>
      acceptEmail({ store, queue, clock, telemetry }, emailRequest(changes), { batchId: 'b1' }),
    /** Takes messages, in batches of ten, until none is left or none gets anywhere. */
    async drain({ rounds = 20, deliver = worker() } = {}) {
      for (let round = 0; round < rounds && queue.messages.length > 0; round += 1) {
        const jobs = queue.messages.splice(0, 10).map((row) => ({ row, messageId: randomUUID() }));
        const kept = await deliver(jobs, clock.now() + 10_000);
        expect(kept).toEqual([]);
      }
    },
    view: () => viewEmails(store, 'b1'),
    close,
  };
}

const to = (...emails: string[]) => ({ destinations: emails.map((email) => ({ email })) });

describe('delivering emails', () => {
  let channel: Awaited<ReturnType<typeof openChannel>>;
  beforeEach(async () => {
    channel = await openChannel();
  });
  afterEach(() => channel.close());

  it('ends an email that got no slot for a day as NotDelivered, and calls no provider', async () => {
    await channel.accept(to('ana@example.com'));
    channel.clock.move(24 * 60 * 60_000 + 1);
    await channel.drain();

    expect(channel.providers.mailgun.calls).toBe(0);
    expect(channel.queue.messages).toEqual([]);
    expect(await channel.store.getRow({ batchId: 'b1', rowNumber: 1 })).toMatchObject({
      status: 'ERROR',
      error: { code: 'NotDelivered', class: 'transient', retryable: true },
    });
  });

  it('sends the request unchanged by the first provider', async () => {
    await channel.accept({ destinations: [{ email: 'Pedro@example.com', name: 'Pedro' }], htmlContent: '<p>test</p>' });
    await channel.drain();

    expect(channel.providers.mailgun.taken).toEqual([
      {
        sendId: 'b1-1',
        leaseId: expect.any(String),
        batchId: 'b1',
        channel: 'email',
        from: { email: 'sender@example.com', name: 'Sender' },
        to: { email: 'Pedro@example.com', name: 'Pedro' },
        subject: 'test',
        text: 'test',
        html: '<p>test</p>',
      },
    ]);
    expect(await channel.view()).toMatchObject([
      { status: true, state: 'SENT', retries: 0, provider: 'mailgun', lastAttemptAt: expect.stringMatching(/Z$/) },
    ]);
    expect(channel.counted.ProviderFallback).toBeUndefined();
  });

  it('goes back to the queue with the next provider after any failure, and counts each', async () => {
    channel.providers.mailgun.answer('a@b.co', 'MessageRejected');
    channel.providers.ses.answer('a@b.co', 'SendingPaused');
    await channel.accept(to('a@b.co'));
    await channel.drain();

    expect(await channel.view()).toMatchObject([{ state: 'SENT', retries: 2, provider: 'sendgrid' }]);
    expect(channel.counted).toMatchObject({ FailedOver: 2, ProviderFallback: 1, Sent: 1 });
    expect(channel.queue.delays).toEqual([0, 0, 0]);
  });

  it('tries two rounds with a pause between, then is in retryable ERROR with every answer', async () => {
    for (const provider of Object.values(channel.providers)) provider.always = 'ProviderUnavailable';
    await channel.accept(to('a@b.co'));
    await channel.drain();

    const all = 'mailgun: ProviderUnavailable; ses: ProviderUnavailable; sendgrid: ProviderUnavailable';
    expect(await channel.view()).toMatchObject([
      {
        status: false,
        state: 'ERROR',
        retries: 6,
        error: { code: 'ProviderUnavailable', retryable: true, message: `${all}; ${all}` },
      },
    ]);
    expect(channel.queue.delays.slice(0, 3)).toEqual([0, 0, 0]);
    expect(Math.min(...channel.queue.delays.slice(3))).toBeGreaterThan(3);
  });

  it('tries no provider twice that refused the message itself, and ends when all refused it', async () => {
    for (const provider of Object.values(channel.providers)) provider.always = 'MessageRejected';
    await channel.accept(to('a@b.co'));
    await channel.drain();

    expect(await channel.view()).toMatchObject([
      { state: 'ERROR', retries: 3, error: { code: 'MessageRejected', retryable: false } },
    ]);
  });

  it('does not fail over when the provider may have accepted it', async () => {
    channel.providers.mailgun.answer('a@b.co', 'DeliveryUnconfirmed');
    await channel.accept(to('a@b.co'));
    await channel.drain();

    expect(await channel.view()).toMatchObject([
      { state: 'ERROR', retries: 0, provider: 'mailgun', error: { code: 'DeliveryUnconfirmed', retryable: false } },
    ]);
    expect(channel.providers.ses.calls + channel.providers.sendgrid.calls).toBe(0);
  });

  it('retries to record a refusal while the table is unavailable, so that the row is not unconfirmed', async () => {
    const { recordFailedTry } = channel.store;
    let away = 2;
    channel.store.recordFailedTry = async (...call) => {
      away -= 1;
      if (away >= 0) throw new Error('the table is away');
      return recordFailedTry(...call);
    };
    channel.providers.mailgun.answer('a@b.co', 'ProviderUnavailable');
    await channel.accept(to('a@b.co'));
    await channel.drain();

    expect(await channel.view()).toMatchObject([{ state: 'SENT', retries: 1, provider: 'ses' }]);
  });

  it('stores the answers of providers in the ledger, and logs only their status', async () => {
    for (const provider of Object.values(channel.providers)) {
      provider.send = async (_email, permit) => {
        await permit();
        throw new PregonError('ProviderUnavailable', `${provider.name}: 503 token=abc`, { status: 503 });
      };
    }
    await channel.accept(to('a@b.co'));
    await channel.drain();

    expect((await channel.view())[0]?.error?.message).toContain('sendgrid: 503 token=abc');
    expect(channel.logged).toContainEqual([
      'A provider failed: the next one is tried',
      expect.objectContaining({ status: 503 }),
    ]);
    expect(channel.logged.map(([message]) => message)).toContain('No provider took an email');
    expect(JSON.stringify(channel.logged)).not.toContain('token=abc');
  });

  it('goes on to the next provider when one refuses the account, and an operator is told', async () => {
    channel.providers.mailgun.always = 'CredentialsRefused';
    await channel.accept(to('a@b.co'));
    await channel.drain();

    expect(await channel.view()).toMatchObject([{ state: 'SENT', provider: 'ses' }]);
    expect(channel.counted).toMatchObject({ AccountStopped: 1, FailedOver: 1 });
  });

  it('counts no attempt for a throttle', async () => {
    channel.providers.mailgun.answer('a@b.co', 'Throttled', 'Throttled');
    await channel.accept(to('a@b.co'));
    await channel.drain();

    expect(await channel.view()).toMatchObject([{ state: 'SENT', retries: 0, provider: 'mailgun' }]);
    expect((await channel.store.getRow({ batchId: 'b1', rowNumber: 1 }))?.attempts).toBe(1);
  });

  it('passes over a provider that is down without using up attempts', async () => {
    channel.providers.mailgun.always = 'ProviderUnavailable';
    const many = Array.from({ length: 40 }, (_, n) => `a${n}@b.co`);
    await channel.accept(to(...many));
    await channel.drain({ rounds: 100 });

    const rows = await channel.view();
    expect(rows.every(({ state }) => state === 'SENT')).toBe(true);
    // One batch of ten was on its way when the breaker opened.
    expect(channel.providers.mailgun.calls).toBeLessThanOrEqual(2 * BREAKER_DEFAULTS.threshold + 10);
    expect(rows.filter(({ retries }) => retries === 0).length).toBeGreaterThanOrEqual(20);
  });

  it('waits in the queue while all providers are known to be down, and uses up no attempt', async () => {
    const breakers = createBreakers(channel.table.control);
    for (const name of Object.keys(channel.providers)) await breakers.failed(name, `${name}: 401`, true);
    await channel.accept(to('a@b.co'));
    await channel.drain({ rounds: 2 });

    expect(channel.queue.messages).toHaveLength(1);
    expect(await channel.view()).toMatchObject([{ state: 'QUEUED', retries: 0, lastAttemptAt: null }]);
  });

  it('cancels an unused probe, so that another email can make it', async () => {
    const ready = await openChannel({ ...BREAKER_DEFAULTS, openMs: 1, probeMs: 60_000 });
    const breakers = createBreakers(ready.table.control, { ...BREAKER_DEFAULTS, openMs: 1 });
    for (const name of Object.keys(ready.providers)) await breakers.failed(name, `${name}: 401`, true);
    ready.clock.move(20);
    await ready.accept(to('a@b.co'));
    const job = () => ready.queue.messages.splice(0).map((row) => ({ row, messageId: randomUUID() }));
    // No slot is taken so late before the function's end.
    await ready.worker()(job(), ready.clock.now() + 1_000);
    expect(ready.providers.mailgun.calls).toBe(0);

    await ready.worker()(job(), ready.clock.now() + 10_000);
    const [view] = await ready.view();
    await ready.close();
    expect(view).toMatchObject({ state: 'SENT', provider: 'mailgun' });
  });

  it('sends each email once while every provider goes down and comes back', async () => {
    const flapping = await openChannel({ ...BREAKER_DEFAULTS, openMs: 20, maxOpenMs: 50, probeMs: 1000 });
    const { mailgun, ses, sendgrid } = flapping.providers;
    const emails = Array.from({ length: 40 }, (_, n) => `a${n}@b.co`);
    await flapping.accept(to(...emails));
    const workers = [flapping.worker(), flapping.worker()];
    const down = [[mailgun], [mailgun, ses], [], [sendgrid], [mailgun, sendgrid], [ses, sendgrid]];
    for (let turn = 0; flapping.queue.messages.length > 0 && turn < 60; turn += 1) {
      for (const provider of [mailgun, ses, sendgrid]) {
        provider.always = down[turn % down.length]?.includes(provider) ? 'ProviderUnavailable' : undefined;
      }
      const jobs = flapping.queue.messages.splice(0, 10).map((row) => ({ row, messageId: randomUUID() }));
      await workers[turn % 2]?.(jobs, flapping.clock.now() + 10_000);
      flapping.clock.move(25);
    }
    const taken = [mailgun, ses, sendgrid].map((provider) => provider.taken.map((email) => email.to.email));
    const rows = await flapping.view();
    await flapping.close();

    expect(rows.every(({ state, retries }) => state === 'SENT' && retries < 6)).toBe(true);
    expect(taken.flat().sort()).toEqual([...emails].sort());
    expect(taken.every((own) => own.length > 0)).toBe(true);
  });

  it('sends once though its message comes twice, to two workers at once', async () => {
    await channel.accept(to('a@b.co', 'b@b.co'));
    channel.queue.messages.push(...channel.queue.messages);
    const half = channel.queue.messages.splice(0, 2);
    const [one, two] = [channel.worker(), channel.worker()];
    const other = half.map((row) => ({ row, messageId: randomUUID() }));
    await Promise.all([channel.drain({ deliver: one }), two(other, channel.clock.now() + 10_000)]);
    await channel.drain();

    expect(channel.providers.mailgun.taken.map(({ sendId }) => sendId).sort()).toEqual(['b1-1', 'b1-2']);
  });

  it('tries a leased row again later, and records it unconfirmed once the lease expired', async () => {
    await channel.accept(to('a@b.co'));
    await createLedger(channel.table).claim(
      { batchId: 'b1', rowNumber: 1 },
      { leaseId: 'dead', leaseUntil: channel.clock.now() + 30_000 },
    );
    await channel.drain({ rounds: 1 });
    expect(channel.queue.messages).toHaveLength(1);
    expect(channel.queue.delays.at(-1)).toBeGreaterThan(30);

    channel.clock.move(40_000);
    await channel.drain({ rounds: 1 });
    expect(channel.queue.delays.at(-1)).toBeGreaterThan(10);
    channel.clock.move(15_000);
    await channel.drain();
    expect(await channel.view()).toMatchObject([{ state: 'ERROR', error: { code: 'DeliveryUnconfirmed' } }]);
    expect(channel.providers.mailgun.calls).toBe(0);
  });

  it('names the provider that may have accepted an email when the worker died or got no answer', async () => {
    const { mailgun, ses } = channel.providers;
    mailgun.always = 'MessageRejected';
    ses.answer('a@b.co', 'DeliveryUnconfirmed');
    const { send } = ses;
    const dead = new Promise<never>(() => undefined);
    ses.send = async (email, permit) => (email.to.email === 'b@b.co' ? dead : send.call(ses, email, permit));
    await channel.accept(to('a@b.co', 'b@b.co'));
    await channel.drain({ rounds: 1 });
    const jobs = channel.queue.messages.splice(0).map((row) => ({ row, messageId: randomUUID() }));
    void channel.worker()(jobs, channel.clock.now() + 10_000);
    const secondRow = async () => (await channel.store.getRow({ batchId: 'b1', rowNumber: 2 }))?.lease;
    await channel.clock.until(
      async () => (await secondRow()) !== undefined && (await channel.view())[0]?.state !== 'QUEUED',
    );
    const lease = await secondRow();
    // The first time extends the lease.
    for (let times = 0; times < 2; times += 1) {
      channel.clock.move(40_000);
      await createLedger(channel.table).expire({ batchId: 'b1', rowNumber: 2 }, lease as Lease);
    }

    const unconfirmed = { state: 'ERROR', retries: 1, provider: 'ses', error: { code: 'DeliveryUnconfirmed' } };
    expect(await channel.view()).toMatchObject([unconfirmed, unconfirmed]);
  });

  it('keeps the message of a row that does not exist', async () => {
    const job = { row: { batchId: 'nothing', rowNumber: 1 }, messageId: 'm1' };

    expect(await channel.worker()([job], channel.clock.now() + 10_000)).toEqual([job]);
    expect(channel.counted.Poison).toBe(1);
  });
});
