import { createExecutions } from '../../../core/campaigns/executions.ts';
import { redriveCampaign } from '../../../core/campaigns/redrive.ts';
import { settle } from '../../../core/campaigns/settle.ts';
import { stopCampaign } from '../../../core/campaigns/stop.ts';
import { campaignsOfOneTable, REJECTED, RETRYABLE, SENT, UNCONFIRMED } from './a-campaign.ts';
import { STATE_MACHINE_ARN } from './fake-states.ts';

const { aCampaign, clock } = campaignsOfOneTable();

describe('a redrive', () => {
  it('is RUNNING from its answer on, and its policy is for it alone', async () => {
    const campaign = await aCampaign([SENT, UNCONFIRMED]);
    await campaign.fail();
    expect(await redriveCampaign(campaign.deps, campaign.batchId, { unconfirmed: 'resend' })).toMatchObject({
      campaign: { status: 'RUNNING', redriveCount: 1 },
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

  it('is refused by what its end has counted, so that no row is read', async () => {
    const campaign = await aCampaign([SENT, REJECTED, UNCONFIRMED]);
    await campaign.fail();
    const scanBatch = () => Promise.reject(new Error('2,000,000 rows'));
    const deps = { ...campaign.deps, ledger: { ...campaign.deps.ledger, scanBatch } };
    await expect(redriveCampaign(deps, campaign.batchId)).rejects.toMatchObject({ code: 'UnconfirmedUndecided' });
  });

  it.each([
    ['with a row that can be sent', RETRYABLE, 'RUNNING, 1'],
    ['without one', REJECTED, 'UnconfirmedUndecided'],
  ])('of a campaign that an earlier release counted, %s, reads its rows', async (_, row, expected) => {
    const campaign = await aCampaign([SENT, row, UNCONFIRMED]);
    await campaign.fail();
    const { finalCounts } = await campaign.record();
    if (!finalCounts) throw new Error('It was not counted');
    const { retryable: _counted, ...earlier } = finalCounts;
    await campaign.deps.store.update(campaign.batchId, { set: { finalCounts: earlier } });
    const outcome = redriveCampaign(campaign.deps, campaign.batchId).then(
      ({ campaign: { status }, retrying }) => `${status}, ${retrying}`,
      ({ code }) => code,
    );
    expect(await outcome).toBe(expected);
  });

  it.each([
    ['retryable ones', undefined, 2],
    ['unconfirmed ones too, when told', 'resend' as const, 3],
  ])('says how many rows it sends: %s', async (_, unconfirmed, rows) => {
    const campaign = await aCampaign([SENT, REJECTED, RETRYABLE, RETRYABLE, UNCONFIRMED]);
    await campaign.fail();
    expect((await redriveCampaign(campaign.deps, campaign.batchId, { unconfirmed })).retrying).toBe(rows);
  });

  it('says how many rows wait of a campaign that was stopped and is not counted yet', async () => {
    const campaign = await aCampaign([SENT, { status: 'PENDING' }, { status: 'PENDING' }]);
    await campaign.deps.counters.addSent(campaign.batchId, 1);
    await stopCampaign(campaign.deps, campaign.batchId);
    expect((await redriveCampaign(campaign.deps, campaign.batchId)).retrying).toBe(2);
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
    expect(await redriveCampaign(deps, batchId)).toMatchObject({ campaign: { status: 'RUNNING', redriveCount: 1 } });
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
    expect(await redriveCampaign(campaign.deps, campaign.batchId)).toMatchObject({ campaign: { redriveCount: 2 } });
  });

  it('of nothing is NotFound', async () => {
    const { deps } = await aCampaign([SENT]);
    await expect(redriveCampaign(deps, 'nobody')).rejects.toMatchObject({ code: 'NotFound' });
  });
});
