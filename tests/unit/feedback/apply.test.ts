import fc from 'fast-check';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { redrivenUpdate } from '../../../core/campaigns/outcome.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createSuppressions } from '../../../core/consent/suppressions.ts';
import { unsubscribe } from '../../../core/consent/unsubscribe.ts';
import { applyFeedback, type FeedbackEvent } from '../../../core/feedback/apply.ts';
import { createProtection } from '../../../core/feedback/protection.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { errorOf, LEASE_MARGIN_MS } from '../../../core/ledger/transitions.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { putRows } from '../ledger/support.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

const AT = '2026-11-22T10:00:02.000Z';
const UNCONFIRMED = errorOf('DeliveryUnconfirmed', 'The connection broke.');

let table: Awaited<ReturnType<typeof openTable>>;
beforeEach(async () => {
  table = await openTable();
});
afterEach(() => table.close());

function open(bounds = {}) {
  const store = createCampaignStore(table.control);
  const ledger = createLedger(table);
  const counters = createCampaignCounters(table.control);
  const suppressions = createSuppressions(table.control);
  const stopped: { batchId: string; error: string; cause: string }[] = [];
  const executions = {
    async stop(batchId: string, reason: { error: string; cause: string }) {
      stopped.push({ batchId, ...reason });
      return new Date(table.clock.now());
    },
  };
  const shared = { store, ledger, counters, clock: table.clock, telemetry: silent };
  const protect = createProtection({
    ...shared,
    executions,
    afterMails: 100,
    maxBouncePercent: 5,
    maxComplaintPercent: 0.1,
    ...bounds,
  });
  const deps = { ...shared, suppressions, protect };
  return {
    ...deps,
    stopped,
    apply: (...events: FeedbackEvent[]) => applyFeedback(deps, events),
    row: (rowNumber = 1) => ledger.getRow({ batchId: 'b1', rowNumber }),
    campaign: (record = {}) =>
      store.create(campaignRecord({ status: 'RUNNING', enqueued: 200, total: 200, ...record })),
  };
}

const event = (kind: FeedbackEvent['kind'], rowNumber = 1, more: Partial<FeedbackEvent> = {}): FeedbackEvent => ({
  messageId: `event-${kind}-${rowNumber}`,
  kind,
  row: { batchId: 'b1', rowNumber },
  recipient: `row${rowNumber}@example.com`,
  at: AT,
  evidence: { leaseId: 'lease', messageId: `m-${rowNumber}` },
  ...more,
});
const unconfirmed = (rowNumber = 1, more = {}) =>
  putRows(table, [{ rowNumber, status: 'ERROR', error: UNCONFIRMED, lastLeaseId: 'lease', attempts: 1, ...more }]);

describe('an event about an email', () => {
  it('is kept on its row with its time and what was said, and counted for the campaign', async () => {
    const { campaign, apply, row, store } = open();
    await campaign();
    await putRows(table, [{ status: 'SENT', lastLeaseId: 'lease' }]);

    expect(await apply(event('bounced', 1, { diagnostic: 'Permanent/General: user unknown' }))).toEqual([]);
    expect((await row())?.feedback).toEqual({ kind: 'bounced', at: AT, diagnostic: 'Permanent/General: user unknown' });
    expect(await store.get('b1')).toMatchObject({ bounced: 1 });
  });

  it('stays beside the stronger ones that come after or before it, in the order of their times', async () => {
    const { campaign, apply, row } = open();
    await campaign();
    await putRows(table, [{ status: 'SENT', lastLeaseId: 'lease' }]);
    const times = { delayed: '2026-11-20T10:00:01.000Z', delivered: '2026-11-20T10:05:00.000Z' };
    const complained = { at: '2026-11-20T10:04:00.000Z', diagnostic: 'abuse' };
    await apply(event('complained', 1, complained));
    await apply(event('delivered', 1, { at: times.delivered }), event('delayed', 1, { at: times.delayed }));
    await apply(event('delayed', 1, { at: '2026-11-20T11:00:00.000Z' }));

    expect(await row()).toMatchObject({
      feedback: { kind: 'complained' },
      feedbackEvents: [
        { kind: 'delayed', at: times.delayed },
        { kind: 'complained', ...complained },
        { kind: 'delivered', at: times.delivered },
      ],
    });
  });

  it('has the same effect in any order, and twice', async () => {
    const kinds = ['sent', 'delayed', 'delivered', 'softBounced', 'bounced', 'complained'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...kinds, ...kinds], { minLength: 12, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.uuid(),
        async (order, together, batchId) => {
          const { apply, store, ledger, suppressions } = open();
          await store.create(campaignRecord({ batchId, status: 'RUNNING' }));
          await putRows(table, [{ batchId, status: 'SENT', lastLeaseId: 'lease' }]);
          const recipient = `${batchId}@example.com`;
          const events = order.map((kind) => event(kind, 1, { row: { batchId, rowNumber: 1 }, recipient }));
          for (let at = 0; at < events.length; at += together) await apply(...events.slice(at, at + together));

          expect((await ledger.getRow({ batchId, rowNumber: 1 }))?.feedback?.kind).toBe('complained');
          expect(await store.get(batchId)).toMatchObject({ delivered: 1, bounced: 1, complained: 1, judged: 2 });
          expect(await suppressions.get(recipient)).toMatchObject({ reason: 'complained', sendId: `${batchId}-1` });
        },
      ),
      { numRuns: 15 },
    );
  });

  it('that comes before the record stays when the row becomes SENT', async () => {
    const { apply, row, ledger } = open();
    await putRows(table, [{ status: 'QUEUED' }]);
    const lease = { leaseId: 'lease', leaseUntil: table.clock.now() + 30_000 };
    const claimed = await ledger.claim({ batchId: 'b1', rowNumber: 1 }, lease);
    await apply(event('delivered'));
    if (claimed.result !== 'claimed') throw new Error('The row was not claimed');
    const recorded = ledger.recordSent(claimed.row, 'lease', { provider: 'ses', messageId: 'm-1' });
    ledger.flush();

    expect(await recorded).toBe(true);
    expect(await row()).toMatchObject({ status: 'SENT', messageId: 'm-1', feedback: { kind: 'delivered' } });
  });

  it('suppresses hard bounces and complaints only, also when the row has expired', async () => {
    const { apply, suppressions } = open();
    await apply(event('bounced', 1), event('complained', 2), event('softBounced', 3), event('rejected', 4));

    const reasons = await suppressions.reasonsOf([1, 2, 3, 4].map((n) => `row${n}@example.com`));
    expect(Object.fromEntries(reasons)).toEqual({ 'row1@example.com': 'bounced', 'row2@example.com': 'complained' });
  });

  it('comes again when it could not be applied, and the others do not', async () => {
    const { apply, suppressions, store, ledger, counters, protect } = open();
    await putRows(table, [{ status: 'SENT' }, { rowNumber: 2, status: 'SENT' }]);
    const broken = { ...suppressions, add: () => Promise.reject(new Error('down')) };
    const deps = { store, ledger, counters, protect, suppressions: broken, telemetry: silent };

    const failed = await applyFeedback(deps, [event('bounced', 1), event('delivered', 2)]);
    expect(failed.map(({ messageId }) => messageId)).toEqual(['event-bounced-1']);
    expect(await apply(event('bounced', 1))).toEqual([]);
  });

  it('that an email was accepted writes nothing to a row that is SENT', async () => {
    const { apply } = open();
    await putRows(table, [{ status: 'SENT', lastLeaseId: 'lease' }]);
    const calls: string[] = [];
    const { client } = table;
    const send = client.send.bind(client) as (...call: never[]) => Promise<unknown>;
    client.send = ((...call: never[]) => {
      calls.push(((call as unknown[])[0] as object).constructor.name);
      return send(...call);
    }) as never;

    await apply(event('sent'), event('sent', 2));
    expect(calls).toEqual(['BatchGetCommand']);
  });
});

describe('an unconfirmed row', () => {
  it.each(['sent', 'delayed', 'delivered', 'bounced', 'complained', 'rejected'] as const)(
    'is SENT by the event %s of its attempt',
    async (kind) => {
      const { apply, row } = open();
      await unconfirmed();
      await apply(event(kind));

      const { status, messageId, error } = (await row()) ?? {};
      expect({ status, messageId, error }).toEqual({ status: 'SENT', messageId: 'm-1', error: undefined });
    },
  );

  it('is not by the event of another attempt, nor after an operator has sent it again', async () => {
    const { apply, row } = open();
    await unconfirmed(1, { lastLeaseId: 'a later lease' });
    await unconfirmed(2, { status: 'PENDING', error: { ...UNCONFIRMED, resolution: 'resent' } });
    await putRows(table, [
      { rowNumber: 3, status: 'ERROR', error: errorOf('MessageRejected', 'x'), lastLeaseId: 'lease' },
    ]);
    await apply(...[1, 2, 3].flatMap((n) => [event('sent', n), event('delivered', n)]));

    expect([(await row(1))?.status, (await row(2))?.status, (await row(3))?.status]).toEqual([
      'ERROR',
      'PENDING',
      'ERROR',
    ]);
  });

  it('moves from ERROR to SENT in the counts of its campaign, running or ended', async () => {
    const { apply, campaign, store, counters } = open();
    await campaign();
    await unconfirmed(1);
    await apply(event('delivered', 1));
    expect((await counters.read('b1')).sent).toBe(1);

    const finalCounts = { PENDING: 0, QUEUED: 0, SENT: 8, ERROR: 2, unconfirmed: 2 };
    await store.update('b1', { set: { status: 'FAILED', finalCounts } });
    await counters.setBreakdown('b1', { errors: [{ code: 'DeliveryUnconfirmed', count: 2 }], perMinute: [] });
    await unconfirmed(2);
    await unconfirmed(3);
    await apply(event('sent', 2), event('sent', 3));
    await apply(event('delivered', 2));
    expect((await store.get('b1'))?.finalCounts).toEqual({ PENDING: 0, QUEUED: 0, SENT: 10, ERROR: 0, unconfirmed: 0 });
    expect(await counters.breakdown('b1')).toBeUndefined();
  });

  it('does not come about when an event has proved the attempt before its worker died', async () => {
    const { apply, row, ledger } = open();
    await putRows(table, [{ status: 'QUEUED' }]);
    const lease = { leaseId: 'lease', leaseUntil: table.clock.now() + 30_000 };
    await ledger.claim({ batchId: 'b1', rowNumber: 1 }, lease, { provider: 'ses' });
    await apply(event('sent'));
    // The first look extends the lease, the second ends it.
    for (let look = 0; look < 2; look += 1) {
      table.clock.move(30_000 + LEASE_MARGIN_MS + 1);
      await ledger.expire({ batchId: 'b1', rowNumber: 1 }, lease);
    }

    expect(await row()).toMatchObject({ status: 'SENT', messageId: 'm-1', provider: 'ses' });
  });

  it('does not come about when an event has proved the attempt before its worker records it', async () => {
    const { apply, row, ledger } = open();
    await putRows(table, [{ status: 'QUEUED' }]);
    const lease = { leaseId: 'lease', leaseUntil: table.clock.now() + 30_000 };
    const claimed = await ledger.claim({ batchId: 'b1', rowNumber: 1 }, lease, { provider: 'ses' });
    if (claimed.result !== 'claimed') throw new Error('The row was not claimed');
    await apply(event('delivered'));
    const recorded = ledger.recordError(claimed.row, 'lease', UNCONFIRMED);
    ledger.flush();

    expect(await recorded).toBe(true);
    expect(await row()).toMatchObject({ status: 'SENT', messageId: 'm-1' });
  });
});

describe('an unsubscription', () => {
  it('is counted once for the campaign whose link it was', async () => {
    const { campaign, suppressions, ledger, store, clock, row } = open();
    await campaign();
    await putRows(table, [{ status: 'SENT' }]);
    const deps = { suppressions, ledger, counters: store, clock };
    for (const sendId of ['b1-1', 'b1-1', 'expired-7', 'no send id']) {
      await unsubscribe(deps, { sendId, email: 'ana@example.com' });
    }

    expect(await store.get('b1')).toMatchObject({ unsubscribed: 1 });
    expect((await row())?.feedback?.kind).toBe('unsubscribed');
    expect(await suppressions.get('ana@example.com')).toMatchObject({ reason: 'unsubscribed', sendId: 'b1-1' });
  });
});

describe('a campaign that harms its sender', () => {
  async function run(
    kinds: readonly FeedbackEvent['kind'][],
    { bounds = {}, recipient = undefined as string | undefined } = {},
  ) {
    const stack = open(bounds);
    await stack.campaign();
    await putRows(
      table,
      kinds.map((_, index) => ({ rowNumber: index + 1, status: 'SENT' as const })),
    );
    let applied = 0;
    for (const [index, kind] of kinds.entries()) {
      await stack.apply(event(kind, index + 1, recipient === undefined ? {} : { recipient }));
      applied += 1;
      if (stack.stopped.length > 0) break;
    }
    return { ...stack, applied };
  }
  const every = (n: number, kind: FeedbackEvent['kind'], rows = 130) =>
    Array.from({ length: rows }, (_, index) => (index % n === n - 1 ? kind : ('delivered' as const)));

  it('stops near its hundredth email with 6 % bounces, and says why', async () => {
    const { applied, stopped, store } = await run(every(16, 'bounced'));

    expect(applied).toBeGreaterThanOrEqual(100);
    expect(applied).toBeLessThan(115);
    expect(stopped).toMatchObject([{ batchId: 'b1', error: 'TooManyBounces' }]);
    expect(await store.get('b1')).toMatchObject({
      status: 'ABORTED',
      reason: expect.stringContaining('TooManyBounces: 6 of 100 emails bounced (6.00 %), and at most 5 % may.'),
    });
  });

  it('goes on with 4 % bounces, and with simulated ones', async () => {
    expect((await run(every(25, 'bounced'))).stopped).toEqual([]);
    await table.close();
    table = await openTable();
    const recipient = 'bounce@simulator.amazonses.com';
    expect((await run(every(2, 'bounced'), { recipient })).stopped).toEqual([]);
  });

  it('stops after one complaint in a hundred', async () => {
    const { stopped, applied } = await run([...every(1_000, 'delivered', 100), 'complained']);

    expect([stopped[0]?.error, applied]).toEqual(['TooManyComplaints', 101]);
  });

  it('has bounds that are configured', async () => {
    const { stopped, applied } = await run(every(2, 'bounced', 12), {
      bounds: { afterMails: 10, maxBouncePercent: 40 },
    });

    expect([stopped.length, applied]).toEqual([1, 10]);
  });

  it('is judged by what comes after a redrive', async () => {
    const { store, stopped, apply } = await run(every(10, 'bounced'));
    expect(stopped).toHaveLength(1);
    const redrivenAt = '2026-11-22T11:00:00.000Z';
    await store.update('b1', redrivenUpdate({}, 1, redrivenAt));
    const rows = async (from: number, count: number, lastAttemptAt: string) => {
      const numbers = Array.from({ length: count }, (_, n) => from + n);
      await putRows(
        table,
        numbers.map((rowNumber) => ({ rowNumber, status: 'SENT', lastAttemptAt })),
      );
      for (const rowNumber of numbers) await apply(event('bounced', rowNumber));
    };
    await rows(500, 120, '2026-11-22T10:59:59.000Z');
    await rows(700, 99, '2026-11-22T11:00:01.000Z');
    expect(stopped).toHaveLength(1);

    await rows(900, 1, '2026-11-22T11:00:02.000Z');
    expect(stopped).toHaveLength(2);
  });

  it('does not continue by itself when it waits for the daily quota', async () => {
    const { store, apply, stopped } = open({ afterMails: 1 });
    await store.create(campaignRecord({ status: 'FAILED', nextRetryAt: '2026-11-23T10:00:00.000Z' }));
    await putRows(table, [{ status: 'SENT' }]);
    await apply(event('bounced'));

    const record = await store.get('b1');
    expect(record?.nextRetryAt).toBeUndefined();
    expect([record?.status, record?.reason?.startsWith('TooManyBounces'), stopped]).toEqual(['FAILED', true, []]);
  });
});
