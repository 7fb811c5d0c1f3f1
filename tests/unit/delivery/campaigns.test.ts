import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { createExecutions } from '../../../core/campaigns/executions.ts';
import { applyExecution, countAtEnd } from '../../../core/campaigns/outcome.ts';
import { campaignProgress } from '../../../core/campaigns/progress.ts';
import { redriveCampaign } from '../../../core/campaigns/redrive.ts';
import { refreshCampaign } from '../../../core/campaigns/refresh.ts';
import type { RetryFile } from '../../../core/campaigns/retry-file.ts';
import { settle } from '../../../core/campaigns/settle.ts';
import { stopCampaign } from '../../../core/campaigns/stop.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { errorOf, LEASE_GRACE_MS, LEASE_MARGIN_MS } from '../../../core/ledger/transitions.ts';
import type { Metric } from '../../../core/telemetry.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { type NewRow, putRows } from '../ledger/support.ts';
import { simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';
import { fakeStates, STATE_MACHINE_ARN } from './fake-states.ts';

const clock = simulatedClock();
let table: Awaited<ReturnType<typeof openTable>>;
let batches = 0;

beforeAll(async () => {
  table = await openTable(clock);
});
afterAll(() => table.close());

const CREATED_AT = '2026-11-22T10:00:00.000Z';
const SENT = { status: 'SENT' as const };
const failed = (code: Parameters<typeof errorOf>[0]) => ({
  status: 'ERROR' as const,
  error: errorOf(code, `${code}.`),
});
const RETRYABLE = failed('ProviderUnavailable');
const REJECTED = failed('MessageRejected');
const UNCONFIRMED = failed('DeliveryUnconfirmed');

/** A campaign of its own with these rows, and its execution. */
async function aCampaign(rows: NewRow[], record: Partial<CampaignRecord> = {}) {
  batches += 1;
  const batchId = `batch${batches}`;
  const store = createCampaignStore(table.control);
  const states = fakeStates(clock);
  const ledger = createLedger(table);
  const metrics: Metric[] = [];
  const files = new Map<string, number[]>();
  const retryFile: RetryFile = {
    read: async (key) => files.get(key),
    async write(key, _batch, list) {
      if (!files.has(key)) files.set(key, [...list]);
      return files.get(key) ?? [];
    },
  };
  const telemetry = { ...silent, count: (metric: Metric) => void metrics.push(metric) };
  const counters = createCampaignCounters(table.control);
  const deps = { store, ledger, counters, executions: states.executions, clock, telemetry, retryFile };
  await store.create(
    campaignRecord({ batchId, createdAt: CREATED_AT, status: 'RUNNING', enqueued: rows.length, ...record }),
  );
  await putRows(
    table,
    rows.map((row, n) => ({ batchId, rowNumber: n + 1, createdAt: CREATED_AT, ...row })),
  );
  return {
    batchId,
    deps,
    states,
    files,
    metrics,
    record: async () => (await store.get(batchId)) as CampaignRecord,
    row: (rowNumber: number) => ledger.getRow({ batchId, rowNumber }),
    settle: (redriveCount = 0, retryRound = 0) =>
      settle(deps, { batchId, redriveCount, retryRound, redriveTime: new Date(clock.now()).toISOString() }),
    /** FAILED as Settle leaves it: counted. */
    async fail() {
      await settle(deps, { batchId, redriveCount: 0, retryRound: 0 }).catch(() => undefined);
      states.end('FAILED', 'CampaignIncomplete', '{"errorMessage":"rows are left"}');
      await refreshCampaign(deps, batchId);
    },
  };
}

describe('Settle', () => {
  it('ends a campaign whose only errors are permanent', async () => {
    const campaign = await aCampaign([SENT, SENT, REJECTED]);
    const { counts } = await campaign.settle();
    expect(counts).toEqual({ PENDING: 0, QUEUED: 0, SENT: 2, ERROR: 1 });
    expect(await campaign.record()).toMatchObject({ status: 'SUCCEEDED', finalCounts: { ...counts, unconfirmed: 0 } });
  });

  it.each([
    ['retryable', RETRYABLE, /1 row in ERROR can be sent by a redrive/, ['NotDelivered', 'CampaignIncomplete']],
    ['unconfirmed', UNCONFIRMED, /1 row unconfirmed/, ['CampaignIncomplete']],
  ])('throws CampaignIncomplete while %s rows are left, with exact counts', async (_, row, message, counted) => {
    const campaign = await aCampaign([SENT, row]);
    await expect(campaign.settle()).rejects.toMatchObject({
      name: 'CampaignIncomplete',
      message: expect.stringMatching(message),
    });
    expect((await campaign.record()).finalCounts).toMatchObject({ SENT: 1, ERROR: 1 });
    expect(campaign.metrics).toEqual(counted);
  });

  it('keeps the errors by code and the rows by minute', async () => {
    const campaign = await aCampaign([SENT, REJECTED, REJECTED, RETRYABLE]);
    await expect(campaign.settle()).rejects.toThrow();

    expect(await campaign.deps.counters.breakdown(campaign.batchId)).toEqual({
      errors: [
        { code: 'MessageRejected', count: 2 },
        { code: 'ProviderUnavailable', count: 1 },
      ],
      perMinute: [{ minute: CREATED_AT, sent: 1, error: 3 }],
    });
  });

  it('waits out a live lease and records one that ran out as unconfirmed', async () => {
    const lease = { leaseId: 'dead', leaseUntil: clock.now() + 30_000 };
    const campaign = await aCampaign([SENT, { status: 'QUEUED', ...lease }]);
    const before = clock.now();
    await expect(campaign.settle()).rejects.toThrow('unconfirmed');
    expect(clock.now()).toBeGreaterThan(before + 30_000);
    expect(await campaign.row(2)).toMatchObject({ status: 'ERROR', error: { code: 'DeliveryUnconfirmed' } });
    expect(campaign.metrics.filter((metric) => metric === 'Unconfirmed')).toHaveLength(1);
  });

  it('reports a row that was left behind, and does not send it', async () => {
    const campaign = await aCampaign([SENT, { status: 'QUEUED' }, { status: 'PENDING' }]);
    await expect(campaign.settle()).rejects.toMatchObject({ name: 'CampaignIncomplete' });
    expect(campaign.metrics).toContain('RowsLeftBehind');
    expect((await campaign.record()).finalCounts).toMatchObject({ PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 2 });
    expect(campaign.files.size).toBe(0);
  });

  it('in a redrive moves the retryable rows back and lists them, once', async () => {
    const campaign = await aCampaign([SENT, RETRYABLE, REJECTED, UNCONFIRMED, RETRYABLE]);
    const first = await campaign.settle(1, 0);
    expect(first.retryKey).toMatch(/retry\/1\.csv$/);
    expect([...campaign.files.values()]).toEqual([[2, 5]]);
    expect(await campaign.row(2)).toMatchObject({ status: 'PENDING' });
    expect(await campaign.row(4)).toMatchObject({ status: 'ERROR' });
    expect(await campaign.settle(1, 0)).toMatchObject({ retryKey: first.retryKey });
    expect([...campaign.files.values()]).toEqual([[2, 5]]);
  });

  it('takes up rows that an earlier Settle moved back before it died', async () => {
    const campaign = await aCampaign([SENT, RETRYABLE, SENT]);
    await campaign.settle(1, 0);
    const { retryKey = '' } = await campaign.settle(2, 0);
    expect(retryKey).toMatch(/retry\/2\.csv$/);
    expect(campaign.files.get(retryKey)).toEqual([2]);
    expect(campaign.metrics).not.toContain('RowsLeftBehind');
  });

  it('with nothing to send again counts at once', async () => {
    const campaign = await aCampaign([SENT, REJECTED]);
    expect(await campaign.settle(1, 0)).toEqual({
      batchId: campaign.batchId,
      counts: { PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 1 },
    });
  });
});

describe('a redrive', () => {
  it('is RUNNING from its answer on, and its policy is for it alone', async () => {
    const campaign = await aCampaign([SENT, UNCONFIRMED]);
    await campaign.fail();
    expect(await redriveCampaign(campaign.deps, campaign.batchId, { unconfirmed: 'resend' })).toMatchObject({
      status: 'RUNNING',
      redriveCount: 1,
    });
    expect((await campaign.settle(2, 1).catch((error) => error)).name).toBe('CampaignIncomplete');
    expect(await campaign.row(2)).toMatchObject({ status: 'ERROR' });
  });

  it('is refused once its window is over, with the day', async () => {
    const campaign = await aCampaign([SENT, RETRYABLE], { finishedAt: '2026-11-01T10:00:00.000Z' });
    await campaign.fail();
    await campaign.deps.store.update(campaign.batchId, { set: { finishedAt: '2024-11-01T10:00:00.000Z' } });

    await expect(redriveCampaign(campaign.deps, campaign.batchId)).rejects.toMatchObject({
      code: 'NothingToRedrive',
      message: expect.stringContaining('until 2024-11-15T10:00:00.000Z'),
    });
  });

  it('resends unconfirmed rows when told', async () => {
    const campaign = await aCampaign([SENT, UNCONFIRMED]);
    await campaign.fail();
    await redriveCampaign(campaign.deps, campaign.batchId, { unconfirmed: 'resend' });
    expect(await campaign.settle(1, 0)).toHaveProperty('retryKey');
    expect(await campaign.row(2)).toMatchObject({ status: 'PENDING', error: { resolution: 'resent' } });
  });

  it('closes unconfirmed rows when told, and the campaign ends', async () => {
    const campaign = await aCampaign([SENT, UNCONFIRMED]);
    await campaign.fail();
    await redriveCampaign(campaign.deps, campaign.batchId, { unconfirmed: 'accept' });
    expect(await campaign.settle(1, 0)).not.toHaveProperty('retryKey');
    expect(await campaign.record()).toMatchObject({ status: 'SUCCEEDED', finalCounts: { ERROR: 1, unconfirmed: 0 } });
    expect(await campaign.row(2)).toMatchObject({ error: { resolution: 'accepted' } });
  });

  it('is refused when only unconfirmed rows are left and nothing is said', async () => {
    const campaign = await aCampaign([SENT, UNCONFIRMED]);
    await campaign.fail();
    await expect(redriveCampaign(campaign.deps, campaign.batchId)).rejects.toMatchObject({
      code: 'UnconfirmedUndecided',
    });
    expect(campaign.states.execution.redriveCount).toBe(0);
  });

  it.each(['RUNNING', 'SUCCEEDED'] as const)('of a campaign that is %s is refused', async (status) => {
    const campaign = await aCampaign([SENT], { status });
    await expect(redriveCampaign(campaign.deps, campaign.batchId)).rejects.toMatchObject({ code: 'NothingToRedrive' });
  });

  it.each([
    ['long after it', 33_000],
    ['before it', -3_000],
  ])('made elsewhere %s does not follow the decision of a request that never came to be', async (_, later) => {
    const campaign = await aCampaign([SENT, UNCONFIRMED], { status: 'FAILED' });
    const { deps, batchId } = campaign;
    const requestedAt = clock.now();
    await deps.store.update(batchId, {
      set: { redriveRequest: { forRedrive: 1, requestedAt, unconfirmed: 'resend' } },
    });
    const redriveTime = new Date(requestedAt + later).toISOString();
    await expect(settle(deps, { batchId, redriveCount: 1, retryRound: 0, redriveTime })).rejects.toThrow('unconfirmed');
    expect(await campaign.row(2)).toMatchObject({ status: 'ERROR' });
  });

  it.each([-1_000, 20_000])(
    'follows its decision though Step Functions says %i ms after the request',
    async (later) => {
      const campaign = await aCampaign([SENT, UNCONFIRMED], { status: 'FAILED' });
      const { deps, batchId } = campaign;
      const requestedAt = clock.now();
      await deps.store.update(batchId, {
        set: { redriveRequest: { forRedrive: 1, requestedAt, unconfirmed: 'accept' } },
      });
      const redriveTime = new Date(requestedAt + later).toISOString();
      await settle(deps, { batchId, redriveCount: 1, retryRound: 0, redriveTime });
      expect(await campaign.row(2)).toMatchObject({ error: { resolution: 'accepted' } });
    },
  );

  it('waits for another until the function that asked for it is over', async () => {
    const campaign = await aCampaign([SENT, RETRYABLE]);
    await campaign.fail();
    const { deps, batchId } = campaign;
    await deps.store.update(batchId, { set: { redriveRequest: { forRedrive: 1, requestedAt: clock.now() } } });
    clock.move(29_000);
    await expect(redriveCampaign(deps, batchId)).rejects.toMatchObject({ code: 'Conflict' });
    clock.move(7_000);
    expect(await redriveCampaign(deps, batchId)).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
  });

  it('that Step Functions refuses leaves nothing behind', async () => {
    const campaign = await aCampaign([SENT, RETRYABLE, UNCONFIRMED]);
    await campaign.fail();
    // Redriven elsewhere a moment ago, which the record does not know yet.
    const send = async () => {
      throw Object.assign(new Error('Execution is RUNNING and cannot be redriven'), { name: 'ExecutionNotRedrivable' });
    };
    campaign.deps.executions = createExecutions({ send } as never, STATE_MACHINE_ARN);
    const redriving = redriveCampaign(campaign.deps, campaign.batchId, { unconfirmed: 'resend' });
    await expect(redriving).rejects.toMatchObject({ code: 'NothingToRedrive' });
    expect((await campaign.record()).redriveRequest).toBeUndefined();
  });

  it('may follow another at once', async () => {
    const campaign = await aCampaign([SENT, RETRYABLE]);
    await campaign.fail();
    await redriveCampaign(campaign.deps, campaign.batchId);
    campaign.states.end('FAILED');
    clock.move(1_000);
    expect(await redriveCampaign(campaign.deps, campaign.batchId)).toMatchObject({ redriveCount: 2 });
  });

  it('of nothing is NotFound', async () => {
    const { deps } = await aCampaign([SENT]);
    await expect(redriveCampaign(deps, 'nobody')).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('a record', () => {
  it('follows its execution though no event came, asking once a second for all', async () => {
    const campaign = await aCampaign([SENT, { status: 'PENDING' }]);
    clock.move(5_000);
    campaign.states.end('ABORTED');
    const refresh = () => refreshCampaign(campaign.deps, campaign.batchId);
    await Promise.all([refresh(), refresh(), refresh()]);
    expect(await campaign.record()).toMatchObject({ status: 'ABORTED' });
    expect(campaign.states.asked).toBe(1);
  });

  it('of an end without Settle is counted once no worker can be sending any more', async () => {
    const campaign = await aCampaign([SENT, { status: 'PENDING' }, { status: 'QUEUED' }]);
    clock.move(5_000);
    campaign.states.end('ABORTED');
    expect((await refreshCampaign(campaign.deps, campaign.batchId))?.finalCounts).toBeUndefined();
    clock.move(5_000);
    expect((await refreshCampaign(campaign.deps, campaign.batchId))?.finalCounts).toEqual({
      PENDING: 1,
      QUEUED: 1,
      SENT: 1,
      ERROR: 0,
      unconfirmed: 0,
    });
  });

  it('counts after leases that workers still hold', async () => {
    const lease = { leaseId: 'held', leaseUntil: clock.now() + 10_000 };
    const campaign = await aCampaign([SENT, { status: 'QUEUED', ...lease }]);
    const ended = await applyExecution(campaign.deps, await campaign.record(), { status: 'ABORTED', redriveCount: 0 });
    expect((await countAtEnd(campaign.deps, ended)).finalCounts).toMatchObject({ SENT: 1, ERROR: 1, unconfirmed: 1 });
  });

  it('whose end no event told is counted once the lease of a worker that died is over', async () => {
    const lease = { leaseId: 'dead', leaseUntil: clock.now() + 20_000 };
    const campaign = await aCampaign([SENT, { status: 'QUEUED', ...lease }]);
    const refreshed = async () => (await refreshCampaign(campaign.deps, campaign.batchId))?.finalCounts;
    clock.move(5_000);
    campaign.states.end('ABORTED');
    await refreshed();
    clock.move(5_000);
    expect(await refreshed()).toBeUndefined();
    expect(await campaign.row(2)).toMatchObject({ status: 'QUEUED' });
    clock.move(15_000);
    expect(await refreshed()).toBeUndefined();
    clock.move(LEASE_GRACE_MS + 2 * LEASE_MARGIN_MS);
    expect(await refreshed()).toEqual({ PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 1, unconfirmed: 1 });
    expect(await campaign.row(2)).toMatchObject({ status: 'ERROR', error: { code: 'DeliveryUnconfirmed' } });
  });

  it('of a campaign that was redriven meanwhile is not counted, and its progress stays', async () => {
    const campaign = await aCampaign([SENT, { status: 'QUEUED' }]);
    const { deps, batchId } = campaign;
    const ended = await applyExecution(deps, await campaign.record(), { status: 'ABORTED', redriveCount: 0 });
    await deps.counters.addSent(batchId, 2);
    // Between the look at the record and its write.
    const scanBatch: typeof deps.ledger.scanBatch = async (...args) => {
      await deps.ledger.scanBatch(...args);
      await applyExecution(deps, await campaign.record(), { status: 'RUNNING', redriveCount: 1 });
    };
    const counted = await countAtEnd({ ...deps, ledger: { ...deps.ledger, scanBatch } }, ended);
    expect(counted).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
    expect(counted.finalCounts).toBeUndefined();
    expect((await deps.counters.read(batchId)).sent).toBe(2);
  });

  it('waits for no lease once the campaign is redriven', async () => {
    const campaign = await aCampaign([{ status: 'QUEUED', leaseId: 'held', leaseUntil: clock.now() + 60_000 }]);
    const { deps } = campaign;
    const ended = await applyExecution(deps, await campaign.record(), { status: 'ABORTED', redriveCount: 0 });
    await applyExecution(deps, ended, { status: 'RUNNING', redriveCount: 1 });
    expect(await countAtEnd(deps, ended)).toMatchObject({ status: 'RUNNING' });
    expect(await campaign.row(1)).toMatchObject({ status: 'QUEUED', lease: { leaseId: 'held' } });
  });

  it('says why the account could not send', async () => {
    const accountError = { code: 'SendingPaused', message: 'Paused for review.', at: clock.now() };
    const campaign = await aCampaign([SENT], { accountError });
    const end = { status: 'FAILED' as const, redriveCount: 0, error: 'States.ExceedToleratedFailureThreshold' };
    expect(await applyExecution(campaign.deps, await campaign.record(), end)).toMatchObject({
      status: 'FAILED',
      reason: 'SendingPaused: Paused for review.',
    });
  });

  it('ignores an event from before the last redrive, and notices a redrive made elsewhere', async () => {
    const campaign = await aCampaign([SENT], { status: 'FAILED' });
    const apply = async (state: Parameters<typeof applyExecution>[2]) =>
      (await applyExecution(campaign.deps, await campaign.record(), state)).status;
    expect(await apply({ status: 'RUNNING', redriveCount: 1 })).toBe('RUNNING');
    expect(await apply({ status: 'FAILED', redriveCount: 0 })).toBe('RUNNING');
    expect(await apply({ status: 'FAILED', redriveCount: 1 })).toBe('FAILED');
    expect(await apply({ status: 'RUNNING', redriveCount: 1 })).toBe('FAILED');
  });

  it('keeps the first end of a redrive when an older state arrives later', async () => {
    const campaign = await aCampaign([SENT]);
    const before = await campaign.record();
    const end = (status: 'FAILED' | 'SUCCEEDED' | 'ABORTED', redriveCount: number) =>
      applyExecution(campaign.deps, before, { status, redriveCount });
    expect(await end('FAILED', 0)).toMatchObject({ status: 'FAILED' });
    expect(await end('ABORTED', 0)).toMatchObject({ status: 'FAILED' });
    expect(await end('SUCCEEDED', 1)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
    expect(await end('ABORTED', 1)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('stays scheduled until its time', async () => {
    const sendAt = new Date(clock.now() + 60_000).toISOString();
    const campaign = await aCampaign([{}], { status: 'INGESTING', sendAt });
    expect(await refreshCampaign(campaign.deps, campaign.batchId)).toMatchObject({ status: 'SCHEDULED' });
    clock.move(61_000);
    expect(await refreshCampaign(campaign.deps, campaign.batchId)).toMatchObject({
      status: 'RUNNING',
      startedAt: sendAt,
    });
  });
});

describe('a stop', () => {
  it('is recorded at once and may be repeated', async () => {
    const campaign = await aCampaign([SENT, {}]);
    expect(await stopCampaign(campaign.deps, campaign.batchId)).toMatchObject({
      status: 'ABORTED',
      reason: expect.any(String),
    });
    expect(await stopCampaign(campaign.deps, campaign.batchId)).toMatchObject({ status: 'ABORTED' });
    expect(campaign.states.execution.status).toBe('ABORTED');
  });

  it('names the key that stopped it, also when an event recorded the end first', async () => {
    const campaign = await aCampaign([SENT, {}]);
    const { executions } = campaign.deps;
    const stop: typeof executions.stop = async (...call) => {
      const stopped = await executions.stop(...call);
      await refreshCampaign(campaign.deps, campaign.batchId);
      return stopped;
    };
    const stopped = await stopCampaign(
      { ...campaign.deps, executions: { ...executions, stop } },
      campaign.batchId,
      'ana',
    );
    expect(stopped).toMatchObject({ status: 'ABORTED', stoppedBy: 'ana' });

    await redriveCampaign(campaign.deps, campaign.batchId, { keyName: 'ben' });
    expect(await campaign.record()).toMatchObject({ status: 'RUNNING', stoppedBy: 'ana', redrivenBy: 'ben' });

    // Stopped and redriven with the AWS CLI: nobody is named.
    await executions.stop(campaign.batchId, { error: 'E', cause: 'C' });
    clock.move(2_000);
    expect(await refreshCampaign(campaign.deps, campaign.batchId)).toMatchObject({ status: 'ABORTED' });
    expect(await campaign.record()).not.toHaveProperty('stoppedBy');
    await executions.redrive(campaign.batchId, 'token');
    clock.move(2_000);
    expect(await refreshCampaign(campaign.deps, campaign.batchId)).toMatchObject({
      status: 'RUNNING',
      redriveCount: 2,
    });
    expect(await campaign.record()).not.toHaveProperty('redrivenBy');
  });

  it('that arrives after Settle changes nothing, and says so', async () => {
    const campaign = await aCampaign([SENT]);
    const { executions } = campaign.deps;
    // Settle writes while the stop is on its way.
    const stop: typeof executions.stop = async (...call) => {
      await campaign.settle();
      return executions.stop(...call);
    };
    const stopping = stopCampaign({ ...campaign.deps, executions: { ...executions, stop } }, campaign.batchId);
    await expect(stopping).rejects.toMatchObject({ code: 'Conflict', message: expect.stringContaining('SUCCEEDED') });
    expect(await campaign.record()).toMatchObject({ status: 'SUCCEEDED', finalCounts: { SENT: 1 } });
    expect(await campaign.record()).not.toHaveProperty('reason');
  });

  it('of a campaign that has ended is a conflict', async () => {
    const campaign = await aCampaign([SENT], { status: 'SUCCEEDED' });
    await expect(stopCampaign(campaign.deps, campaign.batchId)).rejects.toMatchObject({ code: 'Conflict' });
  });
});

describe('progress', () => {
  it('always adds up to enqueued', async () => {
    const campaign = await aCampaign([SENT, SENT, { status: 'QUEUED' }, REJECTED, UNCONFIRMED, {}]);
    const { counters } = campaign.deps;
    expect(await campaignProgress(campaign.deps, await campaign.record())).toEqual({
      counts: { PENDING: 3, QUEUED: 1, SENT: 0, ERROR: 2 },
      unconfirmed: 1,
    });
    await counters.addSent(campaign.batchId, 2);
    expect((await campaignProgress(campaign.deps, await campaign.record())).counts).toEqual({
      PENDING: 1,
      QUEUED: 1,
      SENT: 2,
      ERROR: 2,
    });
    // Added twice by a worker that did not hear the answer.
    await counters.addSent(campaign.batchId, 20);
    const { counts } = await campaignProgress(campaign.deps, await campaign.record());
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(6);
  });

  /** Counts the queries of the ledger from now on. */
  function queriesOf({ deps }: Awaited<ReturnType<typeof aCampaign>>) {
    const made: string[] = [];
    const countByStatus: typeof deps.ledger.countByStatus = (batch, status) => {
      made.push(status);
      return deps.ledger.countByStatus(batch, status);
    };
    return { made, deps: { ...deps, ledger: { ...deps.ledger, countByStatus } } };
  }

  it('counts once for all who ask within a second, and later the more rows there are', async () => {
    const campaign = await aCampaign([...Array.from({ length: 400 }, () => ({ status: 'QUEUED' as const })), REJECTED]);
    const { made, deps } = queriesOf(campaign);
    const record = await campaign.record();
    const first = await campaignProgress(deps, record);
    expect(first.counts).toEqual({ PENDING: 0, QUEUED: 400, SENT: 0, ERROR: 1 });

    clock.move(1_900);
    await Promise.all(Array.from({ length: 5 }, () => campaignProgress(deps, record)));
    expect(made).toEqual(['QUEUED', 'ERROR']);
    clock.move(200);
    const polls = await Promise.all(Array.from({ length: 5 }, () => campaignProgress(deps, record)));
    expect(made).toEqual(['QUEUED', 'ERROR', 'QUEUED', 'ERROR']);
    for (const { counts } of polls) expect(counts).toEqual(first.counts);
  });

  it('finds rows whose worker died before it added them, within five minutes', async () => {
    const campaign = await aCampaign([SENT, SENT, SENT, { status: 'QUEUED' }]);
    const { made, deps } = queriesOf(campaign);
    const record = await campaign.record();
    await deps.counters.addSent(campaign.batchId, 1);
    expect((await campaignProgress(deps, record)).counts.SENT).toBe(1);

    clock.move(300_001);
    expect((await campaignProgress(deps, record)).counts).toEqual({ PENDING: 0, QUEUED: 1, SENT: 3, ERROR: 0 });
    clock.move(2_000);
    await campaignProgress(deps, record);
    expect(made.filter((status) => status === 'SENT')).toHaveLength(1);
  });

  it('counts no rows of other campaigns that were created at the same time', async () => {
    const one = await aCampaign([{ status: 'QUEUED' }]);
    await aCampaign([{ status: 'QUEUED' }, { status: 'QUEUED' }]);
    expect((await campaignProgress(one.deps, await one.record())).counts.QUEUED).toBe(1);
  });
});
