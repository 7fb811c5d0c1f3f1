import { SFNClient } from '@aws-sdk/client-sfn';
import type { FormattedExecutionResult } from 'graphql';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { systemClock } from '../../../core/clock.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { silent } from '../../../core/telemetry.ts';
import { executeRequest } from '../../../graphql/execute.ts';
import { createSchema } from '../../../graphql/schema.ts';
import { contextOver } from '../../../graphql/wiring.ts';
import { aCampaign, aSend, BATCH } from './in-memory.ts';
import { openLedgerTable } from './ledger-table.ts';

const schema = createSchema();
const OTHER = 'b'.repeat(64);
const NEXT_DAY = '2026-11-23T07:00:00.000Z';

let opened: Awaited<ReturnType<typeof openLedgerTable>>;
let run: (query: string, variables?: Record<string, unknown>) => Promise<FormattedExecutionResult>;

beforeAll(async () => {
  opened = await openLedgerTable();
  const store = createCampaignStore(opened);
  const deps = {
    store,
    ledger: createLedger(opened),
    // Nothing listens there: what is written is shown.
    sfn: new SFNClient({
      endpoint: 'http://127.0.0.1:9',
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
    stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:pregon-dev-campaign',
    clock: systemClock,
    telemetry: silent,
  };
  await store.create(aCampaign({ enqueued: 40, total: 40 }));
  const finalCounts = { PENDING: 0, QUEUED: 0, SENT: 2, ERROR: 1, unconfirmed: 0 };
  await store.create(
    aCampaign({ batchId: OTHER, campaignId: 'spring', status: 'SUCCEEDED', createdAt: NEXT_DAY, finalCounts }),
  );
  await opened.put([
    ...Array.from({ length: 40 }, (_, n) => aSend({ rowNumber: n + 1, status: n < 25 ? 'SENT' : 'QUEUED' })),
    ...Array.from({ length: 3 }, (_, n) =>
      aSend({
        batchId: OTHER,
        campaignId: 'spring',
        rowNumber: n + 1,
        status: n === 2 ? 'ERROR' : 'SENT',
        createdAt: NEXT_DAY,
        email: `Spring${n + 1}@example.com`,
      }),
    ),
  ]);
  await deps.ledger.setProgress(BATCH, 25);

  run = async (query, variables) => {
    const request = { query, variables, operationName: undefined };
    const options = { schema, introspection: true, requestId: 'r', report: (error: Error) => console.error(error) };
    return (await executeRequest(request, contextOver(deps), options)).result;
  };
});

afterAll(() => opened.close());

test('listEmailStatus pages through exactly the rows asked for, newest first', async () => {
  const query = `query ($after: String) {
    listEmailStatus(status: [SENT, ERROR], from: "2026-11-22T00:00:00Z", to: "2026-11-24", limit: 10, after: $after) {
      sendId status cursor
    }
  }`;
  const seen: { sendId: string; status: string }[] = [];
  let after: string | undefined;
  do {
    const { data, errors } = await run(query, { after });
    expect(errors).toBeUndefined();
    const page = data?.listEmailStatus as { sendId: string; status: string; cursor: string }[];
    seen.push(...page);
    after = page.at(-1)?.cursor;
  } while (after);

  expect(seen.slice(0, 4).map(({ sendId }) => sendId)).toEqual([
    `${OTHER}-3`,
    `${OTHER}-2`,
    `${OTHER}-1`,
    `${BATCH}-25`,
  ]);
  expect(seen).toHaveLength(28);
  expect(new Set(seen.map(({ sendId }) => sendId)).size).toBe(28);
});

test('emailSends, sends and send read the same ledger', async () => {
  const { data, errors } = await run(`{
    emailSends(status: "error", startDate: "2026-11-23", endDate: "2026-11-23") { sendId }
    sends(filter: { email: "spring2@EXAMPLE.com" }) { edges { node { sendId campaignId } } pageInfo { hasNextPage } }
    send(sendId: "${BATCH}-40") { status createdAt }
  }`);

  expect(errors).toBeUndefined();
  expect(data).toEqual({
    emailSends: [{ sendId: `${OTHER}-3` }],
    sends: { edges: [{ node: { sendId: `${OTHER}-2`, campaignId: 'spring' } }], pageInfo: { hasNextPage: false } },
    send: { status: 'QUEUED', createdAt: '2026-11-22T10:00:00.000Z' },
  });
});

test('campaigns page newest first; the counts of a running one add up', async () => {
  const query = `query ($after: String) {
    campaigns(first: 1, after: $after) {
      edges { cursor node { batchId status unconfirmed counts { PENDING QUEUED SENT ERROR } } }
      pageInfo { hasNextPage endCursor }
    }
  }`;
  type Page = { edges: { cursor: string; node: unknown }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };

  const first = (await run(query)).data?.campaigns as Page;
  const second = (await run(query, { after: first.edges[0]?.cursor })).data?.campaigns as Page;

  expect(first.edges[0]?.node).toMatchObject({ batchId: OTHER, counts: { PENDING: 0, QUEUED: 0, SENT: 2, ERROR: 1 } });
  expect(second.edges[0]?.node).toMatchObject({
    batchId: BATCH,
    status: 'RUNNING',
    counts: { PENDING: 0, QUEUED: 15, SENT: 25, ERROR: 0 },
  });
});

test.each(['listEmailStatus(after: "x") { sendId }', 'campaigns(after: "x") { edges { cursor } }'])(
  'a cursor of no list is refused in %s',
  async (field) => {
    const { errors } = await run(`{ ${field} }`);

    expect(errors?.[0]).toMatchObject({
      extensions: { code: 'BadRequest' },
      message: expect.stringContaining('`after`'),
    });
  },
);

test('what has succeeded cannot be redriven, and says so', async () => {
  const { errors } = await run(`mutation { redriveCampaign(batchId: "${OTHER}") { status } }`);

  expect(errors?.[0]).toMatchObject({ extensions: { code: 'NothingToRedrive' } });
});
