import { applyExecution, countAtEnd } from '../../../core/campaigns/outcome.ts';
import { redriveCampaign } from '../../../core/campaigns/redrive.ts';
import { refreshCampaign } from '../../../core/campaigns/refresh.ts';
import { stopCampaign } from '../../../core/campaigns/stop.ts';
import { LEASE_GRACE_MS, LEASE_MARGIN_MS } from '../../../core/ledger/transitions.ts';
import { campaignsOfOneTable, SENT } from './a-campaign.ts';

const { aCampaign, clock } = campaignsOfOneTable();

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
      retryable: 0,
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
    expect(await refreshed()).toMatchObject({ PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 1, unconfirmed: 1 });
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
