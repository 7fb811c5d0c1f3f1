import { campaignListSchema, campaignSchema } from '../../../api/campaigns.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { campaignRoutes } from '../../../functions/campaigns/routes.ts';
import { openFakeS3 } from '../campaigns/fake-s3.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { fakeStates } from '../delivery/fake-states.ts';
import { type HttpRequest, httpClient } from '../support/http.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

const clock = { now: () => Date.parse('2026-11-22T12:00:00.000Z'), sleep: async () => undefined };
const finalCounts = { PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 1, unconfirmed: 0 };

describe('the routes of campaigns', () => {
  let table: Awaited<ReturnType<typeof openTable>>;
  let s3: Awaited<ReturnType<typeof openFakeS3>>;
  const states = fakeStates(clock);
  const store = () => createCampaignStore(table);
  const call = (routeKey: string, request: HttpRequest = {}) =>
    httpClient(
      campaignRoutes({
        store: store(),
        ledger: createLedger(table),
        executions: states.executions,
        s3: s3.client,
        bucket: 'campaigns',
        clock,
        telemetry: silent,
      }),
    )(routeKey, request);
  const of = (batchId: string) => ({ path: { batchId } });

  beforeAll(async () => {
    table = await openTable();
    s3 = await openFakeS3();
    for (const n of [1, 2, 3]) {
      const createdAt = `2026-11-2${n}T10:00:00.000Z`;
      await store().create(campaignRecord({ batchId: `b${n}`, createdAt, status: 'SUCCEEDED', finalCounts }));
    }
  });
  afterAll(async () => {
    await Promise.all([table.close(), s3.close()]);
  });

  it('answer a campaign as its schema says', async () => {
    const { status, body } = await call('GET /campaigns/{batchId}', of('b1'));

    expect(status).toBe(200);
    expect(campaignSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ batchId: 'b1', status: 'SUCCEEDED', counts: { SENT: 1, ERROR: 1 }, campaignId: null });
  });

  it('list campaigns newest first, page by page', async () => {
    const first = await call('GET /campaigns', { query: { limit: '2' } });
    const second = await call('GET /campaigns', { query: { limit: '2', after: first.body.next } });

    expect(campaignListSchema.parse(first.body)).toEqual(first.body);
    const ids = [...first.body.campaigns, ...second.body.campaigns].map(({ batchId }: { batchId: string }) => batchId);
    expect(ids).toEqual(['b3', 'b2', 'b1']);
    expect(second.body.next).toBeUndefined();
  });

  it('stop a running campaign, and redrive it', async () => {
    await store().create(campaignRecord({ batchId: 'running', status: 'RUNNING' }));

    const stopped = await call('POST /campaigns/{batchId}/stop', of('running'));
    expect(stopped).toMatchObject({ status: 202, body: { status: 'ABORTED', reason: expect.any(String) } });
    expect(states.execution.status).toBe('ABORTED');

    const redriven = await call('POST /campaigns/{batchId}/redrive', { ...of('running'), body: '{}' });
    expect(campaignSchema.parse(redriven.body)).toEqual(redriven.body);
    expect(redriven).toMatchObject({ status: 202, body: { status: 'RUNNING', redriveCount: 1 } });
    expect(states.execution).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
  });

  it('tell when a campaign that the daily quota stopped continues, in the list too, and stop that', async () => {
    const nextRetryAt = '2026-11-23T10:00:00.000Z';
    const createdAt = '2026-11-24T10:00:00.000Z';
    states.end('FAILED');
    const { redriveCount } = states.execution;
    const record = { batchId: 'waiting', createdAt, status: 'FAILED' as const, nextRetryAt, redriveCount, finalCounts };
    await store().create(campaignRecord(record));

    const shown = await call('GET /campaigns/{batchId}', of('waiting'));
    const listed = await call('GET /campaigns', { query: { limit: '1' } });
    expect(campaignSchema.parse(shown.body)).toMatchObject({ nextRetryAt });
    expect(campaignListSchema.parse(listed.body).campaigns).toMatchObject([{ batchId: 'waiting', nextRetryAt }]);

    const stopped = await call('POST /campaigns/{batchId}/stop', of('waiting'));
    expect(stopped).toMatchObject({ status: 202, body: { status: 'FAILED', reason: expect.any(String) } });
    expect(stopped.body).not.toHaveProperty('nextRetryAt');
  });

  it.each<[string, string, object, number]>([
    ['an unknown campaign', 'GET /campaigns/{batchId}', of('nobody'), 404],
    ['the report of an unknown campaign', 'GET /campaigns/{batchId}/sends.csv', of('nobody'), 404],
    ['a stop of an unknown campaign', 'POST /campaigns/{batchId}/stop', of('nobody'), 404],
    ['a stop of a campaign that has ended', 'POST /campaigns/{batchId}/stop', of('b1'), 409],
    ['a redrive of a campaign that succeeded', 'POST /campaigns/{batchId}/redrive', of('b1'), 409],
    [
      'a redrive with an unknown policy',
      'POST /campaigns/{batchId}/redrive',
      { ...of('b1'), body: '{"unconfirmed":"maybe"}' },
      400,
    ],
    ['a redrive with a body that is not JSON', 'POST /campaigns/{batchId}/redrive', { ...of('b1'), body: 'x' }, 400],
    ['a limit out of range', 'GET /campaigns', { query: { limit: '101' } }, 400],
    ['a cursor of another list', 'GET /campaigns', { query: { after: 'eA' } }, 400],
    ['an unknown route', 'GET /elsewhere', {}, 404],
  ])('refuse %s', async (_name, routeKey, rest, status) => {
    expect(await call(routeKey, rest)).toMatchObject({ status, body: { status } });
  });
});
