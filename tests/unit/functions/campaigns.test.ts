import { campaignDetailSchema, campaignListSchema, campaignSchema } from '../../../api/campaigns.ts';
import { type SendListAnswer, sendListSchema } from '../../../api/sends.ts';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { tally } from '../../../core/campaigns/tally.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { cursorOf } from '../../../core/ledger/listed-send.ts';
import { errorOf } from '../../../core/ledger/transitions.ts';
import { createReportStore } from '../../../core/reports/store.ts';
import { campaignSource } from '../../../core/s3-source.ts';
import { campaignRoutes } from '../../../functions/campaigns/routes.ts';
import { openFakeS3 } from '../campaigns/fake-s3.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { fakeStates } from '../delivery/fake-states.ts';
import { putRows } from '../ledger/support.ts';
import { type HttpRequest, httpClient } from '../support/http.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

const clock = { now: () => Date.parse('2026-11-22T12:00:00.000Z'), sleep: async () => undefined };
const finalCounts = { PENDING: 0, QUEUED: 0, SENT: 1, ERROR: 1, unconfirmed: 0 };

describe('the routes of campaigns', () => {
  let table: Awaited<ReturnType<typeof openTable>>;
  let s3: Awaited<ReturnType<typeof openFakeS3>>;
  const states = fakeStates(clock);
  const store = () => createCampaignStore(table.control);
  const call = (routeKey: string, request: HttpRequest = {}) =>
    httpClient(
      campaignRoutes({
        sends: table.sends,
        control: table.control,
        store: store(),
        ledger: createLedger(table),
        counters: createCampaignCounters(table.control),
        executions: states.executions,
        s3: s3.client,
        bucket: 'campaigns',
        source: campaignSource({ s3: s3.client, bucket: 'campaigns', clock }),
        reports: createReportStore(table.control),
        queue: { sendReport: async () => undefined },
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
    expect(campaignDetailSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ batchId: 'b1', status: 'SUCCEEDED', counts: { SENT: 1, ERROR: 1 }, campaignId: null });
  });

  it('show the file, the rows in ERROR by code and the rows that ended by minute, and until when a redrive is possible', async () => {
    const createdAt = '2026-11-21T10:00:00.000Z';
    const ledger = createLedger(table);
    await store().create(
      campaignRecord({
        batchId: 'detailed',
        createdAt,
        status: 'RUNNING',
        fileName: 'spring.csv',
        subject: 'Hola',
        enqueued: 5,
      }),
    );
    const at = (minute: number) => ({ lastAttemptAt: `2026-11-21T10:0${minute}:30.000Z` });
    const failed = (code: Parameters<typeof errorOf>[0]) => ({ status: 'ERROR' as const, error: errorOf(code, 'No.') });
    await putRows(
      table,
      [
        { status: 'SENT' as const, ...at(0) },
        { ...failed('MessageRejected'), ...at(0) },
        { ...failed('MessageRejected'), ...at(1) },
        { ...failed('DeliveryUnconfirmed'), ...at(1) },
        {},
      ].map((row, n) => ({ batchId: 'detailed', rowNumber: n + 1, createdAt, ...row })),
    );
    const counters = createCampaignCounters(table.control);
    await counters.addSent('detailed', 1);

    const errors = [
      { code: 'MessageRejected', count: 2 },
      { code: 'DeliveryUnconfirmed', count: 1 },
    ];
    const running = await call('GET /campaigns/{batchId}', of('detailed'));
    expect(campaignDetailSchema.parse(running.body)).toEqual(running.body);
    expect(running.body).toMatchObject({ fileName: 'spring.csv', subject: 'Hola', redriveUntil: null, errors });
    // The worker adds what was sent at the time of its own clock.
    const minute = new Date(Math.floor(table.clock.now() / 60_000) * 60_000).toISOString();
    expect(running.body.perMinute).toEqual([
      { minute: '2026-11-21T10:00:00.000Z', sent: 0, error: 1 },
      { minute: '2026-11-21T10:01:00.000Z', sent: 0, error: 2 },
      { minute, sent: 1, error: 0 },
    ]);

    const { breakdown } = await tally(ledger, 'detailed');
    await counters.setBreakdown('detailed', breakdown);
    const finishedAt = '2026-11-21T10:02:00.000Z';
    await store().update('detailed', { set: { status: 'FAILED', finishedAt, endSeenAt: 1, finalCounts } });
    const ended = await call('GET /campaigns/{batchId}', of('detailed'));
    expect(ended.body).toMatchObject({
      redriveUntil: '2026-12-05T10:02:00.000Z',
      errors,
      perMinute: [
        { minute: '2026-11-21T10:00:00.000Z', sent: 1, error: 1 },
        { minute: '2026-11-21T10:01:00.000Z', sent: 0, error: 2 },
      ],
    });
    await store().update('detailed', { set: { status: 'INGESTING' } });
    await store().discard({ batchId: 'detailed', uploadId: 'u1' });
  });

  describe('of the rows of a campaign', () => {
    const createdAt = '2026-11-20T10:00:00.000Z';
    const statuses = ['SENT', 'ERROR', 'SENT', 'QUEUED', 'SENT', 'ERROR', 'SENT'] as const;
    const list = async (query: Record<string, string>) => {
      const answer = await call('GET /campaigns/{batchId}/sends', { ...of('listed'), query });
      if (answer.status === 200) expect(sendListSchema.parse(answer.body)).toEqual(answer.body);
      return answer;
    };
    const rowsIn = ({ body }: { body: SendListAnswer }) => body.sends.map(({ rowNumber }) => rowNumber);

    beforeAll(async () => {
      for (const batchId of ['listed', 'listed-later']) {
        await store().create(campaignRecord({ batchId, createdAt, status: 'SUCCEEDED', finalCounts }));
        await putRows(
          table,
          Array.from({ length: 40 }, (_, n) => ({
            batchId,
            rowNumber: n + 1,
            createdAt,
            email: `Person${n + 1}@Example.com`,
            status: statuses[n % 7] ?? 'SENT',
            ...(statuses[n % 7] === 'ERROR' && { error: errorOf('MessageRejected', 'No.') }),
          })),
        );
      }
    });
    afterAll(async () => {
      for (const batchId of ['listed', 'listed-later']) {
        await store().update(batchId, { set: { status: 'INGESTING' } });
        await store().discard({ batchId, uploadId: 'u1' });
      }
    });

    it.each([7, 40])('lists all in the order of the file, in pages of %d', async (limit) => {
      const rows: number[] = [];
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: { body: SendListAnswer } = await list({ limit: String(limit), after });
        expect(page.body.sends.length).toBeLessThanOrEqual(limit);
        rows.push(...rowsIn(page));
        after = page.body.next;
      }
      expect(rows).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    });

    it('lists those in one status, or in several', async () => {
      const failed = await list({ status: 'ERROR', limit: '3' });
      const both = await list({ status: 'ERROR,QUEUED', limit: '4' });

      expect(rowsIn(failed)).toEqual([2, 6, 9]);
      expect(rowsIn(await list({ status: 'ERROR', after: failed.body.next, limit: '2' }))).toEqual([13, 16]);
      expect(rowsIn(both)).toEqual([2, 4, 6, 9]);
      expect(failed.body.sends[0]).toMatchObject({
        sendId: 'listed-2',
        error: { code: 'MessageRejected', class: 'recipient', message: 'No.', retryable: false },
      });
    });

    it('finds a recipient in any case', async () => {
      expect(rowsIn(await list({ email: 'PERSON6@example.com' }))).toEqual([6]);
      expect(rowsIn(await list({ email: 'person6@example.com', status: 'SENT' }))).toEqual([]);
      expect(rowsIn(await list({ email: 'nobody@example.com' }))).toEqual([]);
    });

    it.each([
      { status: 'FAILED' },
      { limit: '1001' },
      { limit: '0' },
      { after: 'eA' },
      { after: cursorOf(`${createdAt}#listed-later#00000001`) },
    ])('refuses %j', async (query) => {
      expect(await list(query as Record<string, string>)).toMatchObject({ status: 400 });
    });
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
    const { retrying, ...shown } = redriven.body;
    expect(campaignSchema.parse(shown)).toEqual(shown);
    expect(redriven).toMatchObject({ status: 202, body: { status: 'RUNNING', redriveCount: 1 } });
    expect(retrying).toBe(shown.enqueued);
    expect(states.execution).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
  });

  it.each([
    ['counted anew', 20_000, 1],
    ['not counted anew, of a campaign of many rows', 20_001, 0],
  ])('answer a command with rows that are %s', async (_, enqueued, queued) => {
    const createdAt = '2026-11-20T10:00:00.000Z';
    const batchId = `commanded-${enqueued}`;
    await store().create(campaignRecord({ batchId, createdAt, status: 'RUNNING', enqueued }));
    await putRows(table, [{ batchId, createdAt, rowNumber: 1, status: 'QUEUED' }]);
    Object.assign(states.execution, { status: 'RUNNING' });

    const { status, body } = await call('POST /campaigns/{batchId}/stop', of(batchId));

    expect(status).toBe(202);
    expect(body.counts.QUEUED).toBe(queued);
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
    expect(campaignDetailSchema.parse(shown.body)).toMatchObject({ nextRetryAt });
    expect(campaignListSchema.parse(listed.body).campaigns).toMatchObject([{ batchId: 'waiting', nextRetryAt }]);

    const stopped = await call('POST /campaigns/{batchId}/stop', of('waiting'));
    expect(stopped).toMatchObject({ status: 202, body: { status: 'FAILED', reason: expect.any(String) } });
    expect(stopped.body).not.toHaveProperty('nextRetryAt');
  });

  it.each<[string, string, object, number]>([
    ['an unknown campaign', 'GET /campaigns/{batchId}', of('nobody'), 404],
    ['the rows of an unknown campaign', 'GET /campaigns/{batchId}/sends', of('nobody'), 404],
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
