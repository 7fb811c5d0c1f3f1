import { viewEmails } from '../../../api/emails.ts';
import { acceptEmail } from '../../../core/email/accept.ts';
import { firstItem, toEmailRow } from '../../../core/email/batch.ts';
import { sweepEmails } from '../../../core/email/sweep.ts';
import { MAX_AGE_MS, MAX_SWEEPS, planFor } from '../../../core/email/sweep-plan.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { errorOf } from '../../../core/ledger/transitions.ts';
import type { Metric } from '../../../core/telemetry.ts';
import { silent } from '../support/telemetry.ts';
import { emailRequest, openEmail } from './deps.ts';

const MINUTE = 60_000;

describe('the sweep of emails', () => {
  let email: Awaited<ReturnType<typeof openEmail>>;
  beforeEach(async () => {
    email = await openEmail();
  });
  afterEach(() => email.close());

  const two = emailRequest({ destinations: [{ email: 'pedro@example.com' }, { email: 'ana@example.com' }] });
  const sweep = () => sweepEmails(email, email.clock.now() + MINUTE);
  const accept = (batchId = 'b1') => acceptEmail(email.accepting, two, { batchId });
  const take = async (rowNumber: number) => {
    const lease = { leaseId: `l${rowNumber}`, leaseUntil: email.clock.now() + 30_000 };
    const claimed = await createLedger(email.table).claim({ batchId: 'b1', rowNumber }, lease);
    if (claimed.result !== 'claimed') throw new Error(claimed.result);
    return { row: claimed.row, leaseId: lease.leaseId };
  };
  const sent = async (rowNumber: number) => {
    const { row, leaseId } = await take(rowNumber);
    await createLedger(email.table).recordSent(row, leaseId, { provider: 'ses', messageId: 'm' });
  };
  const failed = async (rowNumber: number) => {
    const { row, leaseId } = await take(rowNumber);
    await createLedger(email.table).recordError(row, leaseId, errorOf('ProviderUnavailable', 'mailgun: 500'));
  };
  const statesOf = async () => (await viewEmails(email.store, 'b1')).map(({ state }) => state);

  it('creates the rows and messages of a batch whose process died after accepting it', async () => {
    await email.store.create(
      { ...two, batchId: 'b1', channel: 'email', createdAt: new Date(email.clock.now()).toISOString(), sweepCount: 0 },
      email.clock.now() + MINUTE,
    );
    expect(await sweep()).toMatchObject({ batches: 0 });
    email.clock.move(MINUTE);

    expect(await sweep()).toMatchObject({ batches: 1, enqueued: 2, closed: 0 });
    expect(email.queue.take()).toHaveLength(2);
    expect(
      (await email.store.getRows({ ...two, batchId: 'b1', channel: 'email', createdAt: '', sweepCount: 0 })).size,
    ).toBe(2);
  });

  it('never overwrites an existing row', async () => {
    await accept();
    await sent(1);
    email.clock.move(MINUTE);
    await sweep();

    expect(await statesOf()).toEqual(['SENT', 'QUEUED']);
  });

  it('closes a batch once all of its rows have ended', async () => {
    await accept();
    await sent(1);
    await sent(2);
    email.clock.move(MINUTE);

    expect(await sweep()).toMatchObject({ batches: 1, closed: 1, enqueued: 0 });
    email.clock.move(24 * 60 * MINUTE);
    expect(await sweep()).toMatchObject({ batches: 0 });
  });

  it('leaves a leased row alone, then records it unconfirmed', async () => {
    await accept();
    await sent(1);
    email.clock.move(50_000);
    await take(2);
    email.clock.move(10_000);
    expect(await sweep()).toMatchObject({ enqueued: 0, expired: 0, closed: 0 });

    email.clock.move(30_000);
    expect(await sweep()).toMatchObject({ enqueued: 0, expired: 0, closed: 0 });

    email.clock.move(MINUTE);
    const counted: Metric[] = [];
    const telemetry = { ...silent, count: (metric: Metric) => counted.push(metric) };
    const swept = await sweepEmails({ ...email, telemetry }, email.clock.now() + MINUTE);
    expect({ ...swept, counted }).toMatchObject({ expired: 1, closed: 1, counted: ['Unconfirmed'] });
    expect((await viewEmails(email.store, 'b1'))[1]?.error?.code).toBe('DeliveryUnconfirmed');
    email.clock.move(MINUTE);
    expect(await sweep()).toMatchObject({ batches: 0 });
  });

  it('retries a failed send a bounded number of times, with waits that double', async () => {
    await accept();
    await sent(1);
    await failed(2);
    email.queue.take();
    const takenUpAfter: number[] = [];
    const start = email.clock.now();
    while (email.clock.now() - start < MAX_AGE_MS / 3) {
      email.clock.move(5 * MINUTE);
      const { takenUp } = await sweep();
      if (takenUp === 0) continue;
      takenUpAfter.push((email.clock.now() - start) / MINUTE);
      expect(email.queue.take()).toEqual([{ batchId: 'b1', rowNumber: 2 }]);
      expect(await statesOf()).toEqual(['SENT', 'QUEUED']);
      await failed(2);
    }

    expect(takenUpAfter.map(Math.round)).toEqual([5, 15, 35, 75, 155, 315]);
    expect(takenUpAfter).toHaveLength(MAX_SWEEPS);
    expect(await statesOf()).toEqual(['SENT', 'ERROR']);
  });

  it('sends a message again for a queued row whose message was lost, less and less often', async () => {
    await accept();
    email.queue.take();
    const again: number[] = [];
    for (let minute = 1; minute <= 60; minute += 1) {
      email.clock.move(MINUTE);
      await sweep();
      if (email.queue.take().length > 0) again.push(minute);
    }

    expect(again).toEqual([1, 2, 6, 21, 36, 51]);
  });

  it('does the same when two run at once', async () => {
    await accept();
    await failed(1);
    await failed(2);
    email.queue.take();
    email.clock.move(6 * MINUTE);
    await Promise.all([sweep(), sweep()]);

    expect(email.queue.take()).toHaveLength(2);
  });

  it('continues with the others when one batch fails', async () => {
    await accept('b1');
    await accept('b2');
    email.clock.move(MINUTE);
    email.queue.take();
    const getBatch = (batchId: string) =>
      batchId === 'b1' ? Promise.reject(new Error('throttled')) : email.store.getBatch(batchId);
    const swept = await sweepEmails({ ...email, store: { ...email.store, getBatch } }, email.clock.now() + MINUTE);

    expect(swept.enqueued).toBe(2);
    expect(await email.store.due(email.clock.now(), 10)).toEqual(['b1']);
  });
});

describe('what the sweep does with a row', () => {
  const batch = {
    ...emailRequest(),
    batchId: 'b1',
    channel: 'email',
    createdAt: '2026-11-22T10:00:00.000Z',
    sweepCount: 0,
  } as const;
  const row = { ...toEmailRow(firstItem(batch, 1, 'a@b.co', 0)), status: 'ERROR' as const };
  const created = Date.parse(batch.createdAt);

  it('leaves permanent and unconfirmed errors, and those older than a day', () => {
    for (const code of ['MessageRejected', 'DeliveryUnconfirmed'] as const) {
      expect(planFor({ ...row, error: errorOf(code, '') }, 0, created + 10 * MINUTE)).toEqual({ action: 'none' });
    }
    const failed = { ...row, error: errorOf('ProviderUnavailable', '') };
    expect(planFor(failed, 0, created + 10 * MINUTE).action).toBe('take up');
    expect(planFor(failed, 0, created + MAX_AGE_MS)).toEqual({ action: 'none' });
  });
});
