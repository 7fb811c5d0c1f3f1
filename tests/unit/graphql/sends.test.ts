import { listFully } from '../../../graphql/paging.ts';
import { connectionOf } from '../../../graphql/types/connection.ts';
import { aCampaign, aSend, BATCH, openGraphql } from './support.ts';

const other = 'b'.repeat(64);
const newest = 'c'.repeat(64);
const day = (n: number) => `2026-11-${String(n).padStart(2, '0')}T08:30:00.000Z`;

const campaigns = [
  aCampaign({ createdAt: day(20) }),
  aCampaign({ batchId: other, campaignId: 'spring', createdAt: day(21) }),
  aCampaign({ batchId: newest, campaignId: 'spring', createdAt: day(22) }),
];
const sends = [
  aSend({ rowNumber: 1, provider: 'ses', messageId: 'm-1', lastAttemptAt: day(20), createdAt: day(20) }),
  aSend({ rowNumber: 2, status: 'ERROR', createdAt: day(20), error: rejected() }),
  aSend({ rowNumber: 3, status: 'PENDING', createdAt: day(20) }),
  aSend({ batchId: other, campaignId: 'spring', status: 'QUEUED', createdAt: day(21) }),
  aSend({ batchId: newest, campaignId: 'spring', createdAt: day(22), email: 'ana@example.com' }),
];

function rejected() {
  return { code: 'MessageRejected', class: 'recipient', message: 'Address rejected', retryable: false } as const;
}

let graphql: Awaited<ReturnType<typeof openGraphql>>;
beforeAll(async () => {
  graphql = await openGraphql({ campaigns, sends });
});
afterAll(() => graphql.close());

const run = (query: string, variables?: Record<string, unknown>) => graphql.run(query, variables);
const ids = async (query: string, variables?: Record<string, unknown>) => {
  const { result } = await run(query, variables);
  expect(result.errors).toBeUndefined();
  return (Object.values(result.data ?? {})[0] as { sendId: string }[]).map(({ sendId }) => sendId);
};

describe('listEmailStatus', () => {
  test('lists every send, newest first, without arguments', async () => {
    expect(await ids('{ listEmailStatus { sendId } }')).toEqual([
      `${newest}-1`,
      `${other}-1`,
      `${BATCH}-3`,
      `${BATCH}-2`,
      `${BATCH}-1`,
    ]);
  });

  test('filters by several statuses and by time, the end excluded', async () => {
    const query = `{ listEmailStatus(status: [SENT, ERROR], from: "${day(20)}", to: "${day(22)}") { sendId } }`;

    expect(await ids(query)).toEqual([`${BATCH}-2`, `${BATCH}-1`]);
  });

  test('accepts one status where a list is expected', async () => {
    expect(await ids('{ listEmailStatus(status: QUEUED) { sendId } }')).toEqual([`${other}-1`]);
  });

  test('filters by batch, campaign and address', async () => {
    const query = `query ($batchId: ID, $campaignId: ID, $email: String) {
      listEmailStatus(batchId: $batchId, campaignId: $campaignId, email: $email) { sendId }
    }`;

    expect(await ids(query, { batchId: BATCH })).toHaveLength(3);
    expect(await ids(query, { campaignId: 'spring' })).toHaveLength(2);
    expect(await ids(query, { email: 'Ana@Example.com' })).toEqual([`${newest}-1`]);
  });

  test('does not filter by null arguments', async () => {
    const query = '{ listEmailStatus(status: null, from: null, batchId: null, limit: null, after: null) { sendId } }';

    expect(await ids(query)).toHaveLength(5);
  });

  test('pages through every row once by the cursor of the last one', async () => {
    const query =
      'query ($after: String) { listEmailStatus(status: [SENT, ERROR], limit: 2, after: $after) { sendId cursor } }';
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const { result } = await run(query, { after });
      const page = result.data?.listEmailStatus as { sendId: string; cursor: string }[];
      seen.push(...page.map(({ sendId }) => sendId));
      after = page.at(-1)?.cursor;
    } while (after);

    expect(seen).toEqual([`${newest}-1`, `${BATCH}-2`, `${BATCH}-1`]);
  });

  test('fills its page even when the ledger ends its pages early', async () => {
    const pages = [[aSend({ rowNumber: 3 })], [], [aSend({ rowNumber: 2 }), aSend({ rowNumber: 1 })]];
    const asked: unknown[] = [];
    const list = async (_table: unknown, _filter: unknown, page?: { limit?: number; after?: string }) => {
      asked.push(page);
      const n = asked.length;
      const found = (pages[n - 1] ?? []).map((send) => ({ ...send, cursor: send.sendId }));
      return n < 5 ? { sends: found, next: `after-${n}` } : { sends: found };
    };

    const found = await listFully(graphql.deps.tables, {}, { limit: 3 }, list);

    expect(found.map(({ rowNumber }) => rowNumber)).toEqual([3, 2, 1]);
    expect(asked).toEqual([{ limit: 3 }, { limit: 2, after: 'after-1' }, { limit: 2, after: 'after-2' }]);
  });

  test('refuses a cursor that is not valid', async () => {
    const { result } = await run('{ listEmailStatus(after: "x") { sendId } }');

    expect(result.errors?.[0]).toMatchObject({
      message: '`after` is not a valid cursor: use the `cursor` of a send in this list.',
      extensions: { code: 'BadRequest' },
    });
  });

  test.each([
    ['to before from', '{ listEmailStatus(from: "2026-11-22", to: "2026-11-20") { sendId } }', 'to (2026-11-20T'],
    [
      'endDate before startDate',
      '{ emailSends(startDate: "2026-11-22", endDate: "2026-11-20") { sendId } }',
      'endDate (',
    ],
    ['a malformed address', '{ listEmailStatus(email: "ana@") { sendId } }', 'email is not a valid address'],
    ['an unknown batch', '{ listEmailStatus(batchId: "nope") { sendId } }', 'There is no batch nope'],
    [
      'an unknown batch of a connection',
      '{ sends(filter: { batchId: "nope" }) { edges { cursor } } }',
      'There is no batch',
    ],
    [
      'an id beyond every key',
      `{ listEmailStatus(batchId: "${'x'.repeat(2_048)}") { sendId } }`,
      'batchId is too long',
    ],
    [
      'an address beyond every key',
      `{ listEmailStatus(email: "${'x'.repeat(3_000)}") { sendId } }`,
      'email is too long',
    ],
  ])('says what is wrong with %s', async (_name, query, message) => {
    const { result } = await run(query);

    expect(result.errors?.[0]).toMatchObject({
      message: expect.stringContaining(message),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(graphql.faults).toEqual([]);
  });

  test.each([
    ['an empty range', '{ listEmailStatus(from: "2026-11-22", to: "2026-11-22") { sendId } }'],
    ['an address that got nothing', '{ listEmailStatus(email: "nobody@example.com") { sendId } }'],
    ['a phone number that got nothing', '{ listEmailStatus(email: "+34 600 000 000") { sendId } }'],
    ['a status that no row has', `{ listEmailStatus(batchId: "${BATCH}", status: QUEUED) { sendId } }`],
  ])('answers an empty list for %s', async (_name, query) => {
    expect(await ids(query)).toEqual([]);
  });

  test('answers null for ids beyond every key', async () => {
    const id = 'x'.repeat(3_000);
    const { result } = await run(`{ send(sendId: "${id}-1") { sendId } campaign(batchId: "${id}") { batchId } }`);

    expect(result).toEqual({ data: { send: null, campaign: null } });
  });

  test('refuses an empty list of statuses', async () => {
    const { result } = await run('{ listEmailStatus(status: []) { sendId } }');

    expect(result.errors?.[0]).toMatchObject({
      message: 'status must name at least one of PENDING, QUEUED, SENT, ERROR, or be left out',
      extensions: { code: 'BadRequest' },
    });
  });

  test.each([
    [0, 'at least 1'],
    [-1, 'at least 1'],
    [1001, 'at most 1,000'],
  ])('refuses a page of %i', async (limit, bound) => {
    const { result } = await run(`{ listEmailStatus(limit: ${limit}) { sendId } }`);

    expect(result.errors?.[0]?.message).toBe(`limit must be ${bound}; got ${limit}`);
  });
});

describe('emailSends', () => {
  test('answers the documented example query', async () => {
    const { result } = await run(`query MyQuery {
    emailSends(status: "SENT") {
    sendId
    batchId
    email
    subject
    status
    createdAt
	}
}`);

    expect(result.data?.emailSends).toEqual([
      expect.objectContaining({ sendId: `${newest}-1`, status: 'SENT', createdAt: day(22) }),
      expect.objectContaining({ sendId: `${BATCH}-1`, subject: 'Welcome' }),
    ]);
  });

  test('takes the status in any case', async () => {
    expect(await ids('{ emailSends(status: "queued") { sendId } }')).toEqual([`${other}-1`]);
  });

  test('takes a date as the start, and the whole day of the end', async () => {
    expect(await ids('{ emailSends(startDate: "2026-11-21", endDate: "2026-11-21") { sendId } }')).toEqual([
      `${other}-1`,
    ]);
  });

  test('takes times, in UTC where no zone is given, the end excluded', async () => {
    expect(
      await ids('{ emailSends(startDate: "2026-11-21T08:30:00", endDate: "2026-11-22T09:30+01:00") { sendId } }'),
    ).toEqual([`${other}-1`]);
  });

  test('answers the newest hundred', async () => {
    const many = Array.from({ length: 130 }, (_, n) => aSend({ rowNumber: n + 1 }));

    const large = await openGraphql({ sends: many });
    const { result } = await large.run('{ emailSends { rowNumber } }');
    await large.close();

    expect(result.data?.emailSends).toHaveLength(100);
    expect(result.data?.emailSends).toMatchObject({ 0: { rowNumber: 130 }, 99: { rowNumber: 31 } });
  });

  test.each([
    ['status: "GONE"', "status must be one of PENDING, QUEUED, SENT, ERROR; got 'GONE'"],
    ['startDate: "yesterday"', "startDate must be an ISO 8601 date or time such as 2026-11-22; got 'yesterday'"],
    ['endDate: "2026-02-30"', "endDate must be an ISO 8601 date or time such as 2026-11-22; got '2026-02-30'"],
  ])('refuses %s', async (argument, message) => {
    const { result } = await run(`{ emailSends(${argument}) { sendId } }`);

    expect(result.errors?.[0]).toMatchObject({ message, extensions: { code: 'BadRequest' } });
  });
});

describe('sends', () => {
  const query = `query ($filter: SendFilter, $first: Int, $after: String) {
    sends(filter: $filter, first: $first, after: $after) {
      edges { cursor node { sendId cursor } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;

  const page = async (variables: Record<string, unknown>): Promise<Page> => {
    const { result } = await run(query, variables);
    expect([result.errors, graphql.faults]).toEqual([undefined, []]);
    return result.data?.sends as Page;
  };

  test('is a Relay connection with a last page', async () => {
    const first = await page({ first: 3 });
    const second = await page({ first: 3, after: first.pageInfo.endCursor });

    expect(first.edges).toHaveLength(3);
    expect(first.pageInfo).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: first.edges[0]?.cursor,
    });
    expect(first.edges.every((edge) => edge.cursor === edge.node.cursor)).toBe(true);
    expect(second.edges.map((edge) => edge.node.sendId)).toEqual([`${BATCH}-2`, `${BATCH}-1`]);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, endCursor: second.edges[1]?.cursor });
  });

  test('an empty page that is not the last has the cursor of the next', () => {
    expect(connectionOf([], 'further')).toEqual({
      edges: [],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: 'further' },
    });
  });

  test('an empty list has no cursors', async () => {
    const { pageInfo } = await page({ filter: { batchId: BATCH, status: ['QUEUED'] } });

    expect(pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null });
  });
});

interface Page {
  edges: { cursor: string; node: { sendId: string; cursor: string } }[];
  pageInfo: { hasNextPage: boolean; startCursor: string | null; endCursor: string | null };
}

describe('send', () => {
  test('answers one send with all its fields', async () => {
    const { result } = await run(`{ send(sendId: "${BATCH}-2") {
      sendId batchId campaignId rowNumber email subject status channel attempts provider messageId
      error { code class message retryable } createdAt updatedAt lastAttemptAt cursor
    } }`);

    expect(result.errors).toBeUndefined();
    expect(result.data?.send).toMatchObject({
      rowNumber: 2,
      channel: 'campaign',
      error: rejected(),
      createdAt: day(20),
      lastAttemptAt: null,
      messageId: null,
    });
  });

  test('is null for an unknown id', async () => {
    expect((await run('{ send(sendId: "nothing-1") { sendId } }')).result).toEqual({ data: { send: null } });
  });
});
