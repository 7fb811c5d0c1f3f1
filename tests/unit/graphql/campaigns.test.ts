import { aCampaign, BATCH, graphqlOver } from './in-memory.ts';

const done = aCampaign({
  batchId: 'c'.repeat(64),
  status: 'FAILED',
  reason: 'SendingPaused: paused by the account',
  startedAt: '2026-11-22T10:00:01.000Z',
  finishedAt: '2026-11-22T10:05:00.000Z',
  redriveCount: 2,
});

test('a campaign answers what REST answers', async () => {
  const { run } = graphqlOver({ campaigns: [aCampaign(), done] });

  const { result } = await run(`{ campaign(batchId: "${done.batchId}") {
    batchId campaignId status reason total enqueued skipped counts { PENDING QUEUED SENT ERROR } unconfirmed
    createdAt startedAt finishedAt executionArn redriveCount dryRun
  } }`);

  expect(result.errors).toBeUndefined();
  expect(result.data?.campaign).toEqual({
    batchId: done.batchId,
    campaignId: null,
    status: 'FAILED',
    reason: 'SendingPaused: paused by the account',
    total: 3,
    enqueued: 3,
    skipped: 0,
    counts: { PENDING: 3, QUEUED: 0, SENT: 0, ERROR: 0 },
    unconfirmed: 0,
    createdAt: '2026-11-22T10:00:00.000Z',
    startedAt: '2026-11-22T10:00:01.000Z',
    finishedAt: '2026-11-22T10:05:00.000Z',
    executionArn: expect.stringContaining(done.batchId),
    redriveCount: 2,
    dryRun: false,
  });
});

test('an unknown campaign is null', async () => {
  expect((await graphqlOver().run('{ campaign(batchId: "x") { status } }')).result).toEqual({
    data: { campaign: null },
  });
});

test('campaigns page newest first', async () => {
  const { run } = graphqlOver({ campaigns: [aCampaign(), done] });
  const query = `query ($after: String) {
    campaigns(first: 1, after: $after) { edges { node { batchId } } pageInfo { hasNextPage endCursor } }
  }`;

  const first = await run(query);
  expect(first.result.data?.campaigns).toMatchObject({
    edges: [{ node: { batchId: BATCH } }],
    pageInfo: { hasNextPage: true, endCursor: BATCH },
  });

  const second = await run(query, { after: BATCH });
  expect(second.result.data?.campaigns).toMatchObject({
    edges: [{ node: { batchId: done.batchId } }],
    pageInfo: { hasNextPage: false },
  });
});

test.each([
  ['', undefined],
  [', unconfirmed: RESEND', 'resend'],
  [', unconfirmed: ACCEPT', 'accept'],
])('redriveCampaign(batchId%s) redrives with that policy', async (argument, unconfirmed) => {
  const { run, commands } = graphqlOver({ campaigns: [aCampaign()] });

  const { result } = await run(`mutation { redriveCampaign(batchId: "${BATCH}"${argument}) { batchId status } }`);

  expect(result.data?.redriveCampaign).toEqual({ batchId: BATCH, status: 'RUNNING' });
  expect(commands).toEqual([{ command: 'redrive', batchId: BATCH, unconfirmed }]);
});

test('stopCampaign stops', async () => {
  const { run, commands } = graphqlOver({ campaigns: [aCampaign()] });

  await run(`mutation { stopCampaign(batchId: "${BATCH}") { batchId } }`);

  expect(commands).toEqual([{ command: 'stop', batchId: BATCH }]);
});

test('a command on an unknown campaign says so', async () => {
  const { result } = await graphqlOver().run('mutation { stopCampaign(batchId: "x") { batchId } }');

  expect(result.errors?.[0]).toMatchObject({ message: 'There is no campaign x', extensions: { code: 'NotFound' } });
});
