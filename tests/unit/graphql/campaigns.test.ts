import { aCampaign, aSend, BATCH, openGraphql } from './support.ts';

const FAILED = 'c'.repeat(64);
const SUCCEEDED = 'b'.repeat(64);

let graphql: Awaited<ReturnType<typeof openGraphql>>;
beforeEach(async () => {
  graphql = await openGraphql({
    campaigns: [
      aCampaign({ total: 40, enqueued: 40 }),
      aCampaign({
        batchId: FAILED,
        status: 'FAILED',
        reason: 'DailyQuotaExceeded: refused by SES',
        nextRetryAt: '2026-11-23T09:05:00.000Z',
        createdAt: '2026-11-22T09:00:00.000Z',
        startedAt: '2026-11-22T09:00:01.000Z',
        finishedAt: '2026-11-22T09:05:00.000Z',
        redriveCount: 2,
        finalCounts: { PENDING: 3, QUEUED: 0, SENT: 0, ERROR: 0, unconfirmed: 0 },
      }),
      aCampaign({
        batchId: SUCCEEDED,
        campaignId: 'spring',
        status: 'SUCCEEDED',
        createdAt: '2026-11-23T07:00:00.000Z',
        finalCounts: { PENDING: 0, QUEUED: 0, SENT: 2, ERROR: 1, unconfirmed: 0 },
      }),
    ],
    sends: Array.from({ length: 40 }, (_, n) => aSend({ rowNumber: n + 1, status: n < 25 ? 'SENT' : 'QUEUED' })),
  });
  await graphql.deps.counters.setExact(BATCH, { PENDING: 0, QUEUED: 0, SENT: 25, ERROR: 0, unconfirmed: 0 });
});
afterEach(() => graphql.close());

test('a campaign answers what REST answers', async () => {
  const { result } = await graphql.run(`{ campaign(batchId: "${FAILED}") {
    batchId campaignId status reason nextRetryAt total enqueued skipped counts { PENDING QUEUED SENT ERROR } unconfirmed
    createdAt startedAt finishedAt executionArn redriveCount dryRun
  } }`);

  expect(result.errors).toBeUndefined();
  expect(result.data?.campaign).toEqual({
    batchId: FAILED,
    campaignId: null,
    status: 'FAILED',
    reason: 'DailyQuotaExceeded: refused by SES',
    nextRetryAt: '2026-11-23T09:05:00.000Z',
    total: 3,
    enqueued: 3,
    skipped: 0,
    counts: { PENDING: 3, QUEUED: 0, SENT: 0, ERROR: 0 },
    unconfirmed: 0,
    createdAt: '2026-11-22T09:00:00.000Z',
    startedAt: '2026-11-22T09:00:01.000Z',
    finishedAt: '2026-11-22T09:05:00.000Z',
    executionArn: `arn:aws:states:us-east-1:000000000000:execution:pregon-dev-campaign:${FAILED}`,
    redriveCount: 2,
    dryRun: false,
  });
});

test('an unknown campaign is null', async () => {
  expect((await graphql.run('{ campaign(batchId: "x") { status } }')).result).toEqual({ data: { campaign: null } });
});

test('campaigns page newest first; the counts of a running one add up', async () => {
  const query = `query ($after: String) {
    campaigns(first: 1, after: $after) {
      edges { cursor node { batchId status counts { PENDING QUEUED SENT ERROR } } }
      pageInfo { hasNextPage endCursor }
    }
  }`;
  type Page = { edges: { cursor: string; node: unknown }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  const page = async (after?: string) => (await graphql.run(query, { after })).result.data?.campaigns as Page;

  const first = await page();
  const second = await page(first.edges[0]?.cursor);
  const third = await page(second.pageInfo.endCursor);
  const last = third.pageInfo.hasNextPage ? await page(third.pageInfo.endCursor) : undefined;

  expect(first.edges[0]?.node).toMatchObject({ batchId: SUCCEEDED, counts: { SENT: 2, ERROR: 1 } });
  expect(first.pageInfo).toEqual({ hasNextPage: true, endCursor: first.edges[0]?.cursor });
  expect(second.edges[0]?.node).toEqual({
    batchId: BATCH,
    status: 'RUNNING',
    counts: { PENDING: 0, QUEUED: 15, SENT: 25, ERROR: 0 },
  });
  expect(third.edges[0]?.node).toMatchObject({ batchId: FAILED });
  expect(last?.edges ?? []).toEqual([]);
});

/** The statuses whose rows are counted from now on. */
function countedFromNow(): string[] {
  const counted: string[] = [];
  const { ledger } = graphql.deps;
  graphql.deps.ledger = {
    ...ledger,
    countByStatus: (batch, status) => {
      counted.push(status);
      return ledger.countByStatus(batch, status);
    },
  };
  return counted;
}

test('a campaign is counted once, however many fields ask', async () => {
  const counted = countedFromNow();

  await graphql.run(`{ campaign(batchId: "${BATCH}") { unconfirmed counts { SENT } } }`);

  expect(counted.sort()).toEqual(['ERROR', 'QUEUED']);
});

test.each([
  ['', undefined],
  [', unconfirmed: RESEND', 'resend'],
  [', unconfirmed: ACCEPT', 'accept'],
])('redriveCampaign(batchId%s) redrives with that policy', async (argument, unconfirmed) => {
  graphql.states.missing = false;
  Object.assign(graphql.states.execution, { status: 'FAILED', redriveCount: 2 });

  const { result } = await graphql.run(
    `mutation { redriveCampaign(batchId: "${FAILED}"${argument}) { batchId status redriveCount } }`,
  );

  expect(result.data?.redriveCampaign).toEqual({ batchId: FAILED, status: 'RUNNING', redriveCount: 3 });
  expect(graphql.states.execution).toMatchObject({ status: 'RUNNING', redriveCount: 3 });
  expect((await graphql.deps.store.get(FAILED))?.redriveRequest?.unconfirmed).toBe(unconfirmed);
});

test('a command on a campaign of many rows answers the counts that are known', async () => {
  graphql.states.missing = false;
  Object.assign(graphql.states.execution, { status: 'FAILED', redriveCount: 2 });
  const finalCounts = { PENDING: 1_000, QUEUED: 0, SENT: 29_000, ERROR: 0, unconfirmed: 0, retryable: 0 };
  await graphql.deps.store.update(FAILED, { set: { enqueued: 30_000, finalCounts } });
  const counted = countedFromNow();

  const { result } = await graphql.run(
    `mutation { redriveCampaign(batchId: "${FAILED}") { status counts { PENDING SENT } } }`,
  );

  expect(result.data?.redriveCampaign).toEqual({ status: 'RUNNING', counts: { PENDING: 1_000, SENT: 29_000 } });
  expect(counted).toEqual([]);
});

test('stopCampaign stops, and names the key that did', async () => {
  graphql.states.missing = false;

  const { result } = await graphql.run(`mutation { stopCampaign(batchId: "${BATCH}") { batchId status stoppedBy } }`);

  expect(result.data?.stopCampaign).toEqual({ batchId: BATCH, status: 'ABORTED', stoppedBy: 'tester' });
  expect(graphql.states.execution.status).toBe('ABORTED');
});

test.each([
  ['stopCampaign(batchId: "x")', 'NotFound', 'There is no campaign x.'],
  [`redriveCampaign(batchId: "${SUCCEEDED}")`, 'NothingToRedrive', 'The campaign has SUCCEEDED'],
])('%s is refused with the reason', async (command, code, message) => {
  const { result } = await graphql.run(`mutation { ${command} { batchId } }`);

  expect(result.errors?.[0]).toMatchObject({ message: expect.stringContaining(message), extensions: { code } });
});

test('a key without the scope operate reads, and a mutation is FORBIDDEN to it', async () => {
  graphql.states.missing = false;

  const read = await graphql.run(`{ campaign(batchId: "${BATCH}") { batchId } }`, {}, { scopes: ['read'] });
  const stop = await graphql.run(
    `mutation { stopCampaign(batchId: "${BATCH}") { batchId } }`,
    {},
    { scopes: ['read'] },
  );

  expect(read.result).toEqual({ data: { campaign: { batchId: BATCH } } });
  expect(stop.result).toMatchObject({
    data: null,
    errors: [
      { message: expect.stringContaining('operate'), path: ['stopCampaign'], extensions: { code: 'FORBIDDEN' } },
    ],
  });
  expect(graphql.states.execution.status).toBe('RUNNING');
});

test.each(['campaign(batchId: "x") { batchId }', 'sends { edges { cursor } }', 'emailSends { sendId }'])(
  'a key without the scope read may not ask for %s',
  async (field) => {
    const { result } = await graphql.run(`{ ${field} }`, {}, { scopes: ['operate'] });

    expect(result.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  },
);

test('a cursor that is not valid is refused', async () => {
  const { result } = await graphql.run('{ campaigns(after: "x") { edges { cursor } } }');

  expect(result.errors?.[0]).toMatchObject({
    extensions: { code: 'BadRequest' },
    message: expect.stringContaining('`after`'),
  });
});
