import { campaignProgress, progressForCommand } from '../../../core/campaigns/progress.ts';
import { redriveCampaign } from '../../../core/campaigns/redrive.ts';
import { campaignsOfOneTable, REJECTED, RETRYABLE, SENT, UNCONFIRMED } from './a-campaign.ts';

const { aCampaign, clock } = campaignsOfOneTable();

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

  it('is answered as it is known where no recount is wanted', async () => {
    const campaign = await aCampaign([SENT, { status: 'QUEUED' }]);
    const { made, deps } = queriesOf(campaign);
    await deps.counters.addSent(campaign.batchId, 1);
    const { counts } = await campaignProgress(deps, await campaign.record(), { recount: false });
    expect(counts).toEqual({ PENDING: 1, QUEUED: 0, SENT: 1, ERROR: 0 });
    expect(made).toEqual([]);
  });

  it('goes on in a redrive with what is known of the end, and counts the sent rows not at once', async () => {
    const campaign = await aCampaign([SENT, SENT, RETRYABLE, UNCONFIRMED, UNCONFIRMED]);
    const { made, deps } = queriesOf(campaign);
    await campaignProgress(deps, await campaign.record());
    await campaign.fail();
    clock.move(600_000);
    // An event of SES proves afterwards that a mail was sent.
    await deps.store.addConfirmed(campaign.batchId, { confirmed: 1, undecided: 1 });
    await redriveCampaign(deps, campaign.batchId);
    const record = await campaign.record();
    const exact = { counts: { PENDING: 0, QUEUED: 0, SENT: 3, ERROR: 2 }, unconfirmed: 1 };
    expect(await campaignProgress(deps, record, { recount: false })).toEqual(exact);
    made.length = 0;
    await campaignProgress(deps, record);
    expect(made).toEqual(['QUEUED', 'ERROR']);
  });

  it('is counted again for a command only in a campaign that is soon counted', async () => {
    const campaign = await aCampaign([SENT, { status: 'QUEUED' }]);
    const { made, deps } = queriesOf(campaign);
    const record = await campaign.record();
    await progressForCommand(deps, { ...record, enqueued: 20_001 });
    expect(made).toEqual([]);
    expect((await progressForCommand(deps, record)).counts.QUEUED).toBe(1);
  });

  it('counts no rows of other campaigns that were created at the same time', async () => {
    const one = await aCampaign([{ status: 'QUEUED' }]);
    await aCampaign([{ status: 'QUEUED' }, { status: 'QUEUED' }]);
    expect((await campaignProgress(one.deps, await one.record())).counts.QUEUED).toBe(1);
  });
});
