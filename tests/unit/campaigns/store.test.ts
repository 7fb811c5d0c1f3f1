import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { openTable } from '../support/table.ts';
import { campaignRecord } from './record.ts';

describe('the campaign store', () => {
  let opened: Awaited<ReturnType<typeof openTable>>;
  const store = () => createCampaignStore(opened.control);

  beforeEach(async () => {
    opened = await openTable();
  });
  afterEach(() => opened.close());

  it('creates the record for the first upload and returns it to the second', async () => {
    const first = campaignRecord({ uploadId: 'first', campaignId: 'spring' });

    expect(await store().create(first)).toEqual({ created: true, record: first });
    expect(await store().create(campaignRecord({ uploadId: 'second' }))).toEqual({ created: false, record: first });
    expect(await store().get('b1')).toEqual(first);
  });

  it('recognises a repeated write of the same upload', async () => {
    await store().create(campaignRecord());

    expect((await store().create(campaignRecord())).created).toBe(true);
  });

  it('returns undefined for an unknown campaign', async () => {
    expect(await store().get('nobody')).toBeUndefined();
    expect(await store().update('nobody', { set: { status: 'RUNNING' } })).toBeUndefined();
  });

  it('changes a record only while the conditions hold', async () => {
    await store().create(campaignRecord({ reason: 'old' }));

    const running = await store().update('b1', {
      set: { status: 'RUNNING', startedAt: '2026-11-22T10:00:01.000Z' },
      remove: ['reason'],
      ifStatus: ['INGESTING', 'SCHEDULED'],
    });

    expect(running).toEqual(campaignRecord({ status: 'RUNNING', startedAt: '2026-11-22T10:00:01.000Z' }));
    expect(await store().update('b1', { set: { status: 'FAILED' }, ifStatus: ['INGESTING'] })).toBeUndefined();
    expect(await store().update('b1', { set: { redriveCount: 2 }, ifRedriveCountAtMost: 1 })).toBeDefined();
    expect(await store().update('b1', { set: { status: 'FAILED' }, ifRedriveCountAtMost: 1 })).toBeUndefined();
    expect((await store().get('b1'))?.status).toBe('RUNNING');
  });

  it('lists newest first, page after page', async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      await store().create(campaignRecord({ batchId: `b${n}`, createdAt: `2026-11-2${n}T10:00:00.000Z` }));
    }

    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await store().list({ limit: 2, ...(after ? { after } : {}) });
      seen.push(...page.campaigns.map((campaign) => campaign.batchId));
      after = page.next;
    } while (after);

    expect(seen).toEqual(['b5', 'b4', 'b3', 'b2', 'b1']);
  });

  it('refuses an invalid cursor', async () => {
    await expect(store().list({ limit: 2, after: 'bm9uc2Vuc2U' })).rejects.toThrow('is not a valid cursor');
  });
});
