import { CREATED_AT, campaignsOfOneTable, REJECTED, RETRYABLE, SENT, UNCONFIRMED } from './a-campaign.ts';

const { aCampaign, clock } = campaignsOfOneTable();

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
