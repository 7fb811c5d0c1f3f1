import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { markDay } from '../../../core/ledger/days.ts';
import { CAMPAIGN_LIST_KEY, campaignKey, dayOf } from '../../../core/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../core/ledger/ledger.ts';
import { listSends } from '../../../core/ledger/list-sends.ts';
import { getSend, type SendFilter } from '../../../core/ledger/listed-send.ts';
import type { SendStatus } from '../../../core/ledger/send.ts';
import { openTable } from '../support/table.ts';
import { putRows } from './support.ts';

let table: Awaited<ReturnType<typeof openTable>>;
let ledger: Ledger;

const STATUSES: SendStatus[] = ['PENDING', 'QUEUED', 'SENT', 'ERROR'];
const BATCHES = [
  { batchId: 'old', createdAt: '2025-01-02T10:00:00.000Z', rows: 7 },
  { batchId: 'spring-1', createdAt: '2026-11-20T23:59:59.999Z', rows: 40, campaignId: 'spring' },
  { batchId: 'plain', createdAt: '2026-11-21T00:00:00.000Z', rows: 23 },
  { batchId: 'spring-2', createdAt: '2026-11-21T08:00:00.000Z', rows: 40, campaignId: 'spring' },
];
/** Every row as it was written, newest first. */
const all = BATCHES.flatMap(({ rows, ...batch }) =>
  Array.from({ length: rows }, (_, n) => ({
    ...batch,
    rowNumber: n + 1,
    status: STATUSES[n % 4] as SendStatus,
    email: `Person${n % 10}@Example.com`,
  })),
).sort((a, b) => (a.createdAt === b.createdAt ? b.rowNumber - a.rowNumber : a.createdAt < b.createdAt ? 1 : -1));

const idOf = (row: { batchId: string; rowNumber: number }) => `${row.batchId}-${row.rowNumber}`;

beforeAll(async () => {
  table = await openTable();
  ledger = createLedger(table);
  for (const { batchId, createdAt, campaignId } of BATCHES) {
    await markDay(table, dayOf(createdAt));
    const record = { batchId, createdAt, ...(campaignId && { campaignId }) };
    const keys = { ...campaignKey(batchId), listKey: CAMPAIGN_LIST_KEY, createdKey: `${createdAt}#${batchId}` };
    await table.client.send(new PutCommand({ TableName: table.control.tableName, Item: { ...keys, ...record } }));
  }
  await putRows(table, all);
});
afterAll(() => table.close());

/** All pages of a list. */
async function pages(filter: SendFilter, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await listSends(table, filter, { limit, ...(after && { after }) });
    expect(page.sends.length).toBeLessThanOrEqual(limit);
    ids.push(...page.sends.map((send) => send.sendId));
    after = page.next;
  } while (after);
  return ids;
}

describe('a list of sends', () => {
  it.each([1000, 37])('shows everything, newest first, in pages of %d', async (limit) => {
    expect(await pages({}, limit)).toEqual(all.map(idOf));
  });

  it('by status shows exactly those rows', async () => {
    const expected = all.filter(({ status }) => status === 'SENT' || status === 'ERROR').map(idOf);
    expect(await pages({ statuses: ['SENT', 'ERROR'] }, 19)).toEqual(expected);
  });

  it('by time includes its beginning and excludes its end', async () => {
    const from = '2026-11-20T23:59:59.999Z';
    const to = '2026-11-21T08:00:00.000Z';
    const expected = all.filter(({ createdAt }) => createdAt >= from && createdAt < to).map(idOf);
    expect(await pages({ from, to }, 25)).toEqual(expected);
    expect(await pages({ from: to, to: from }, 10)).toEqual([]);
    expect(await pages({ from: '2026-11-21T09:00:00+01:00' }, 100)).toEqual(
      all.filter(({ createdAt }) => createdAt >= to).map(idOf),
    );
  });

  it('by batch, with and without a status', async () => {
    const rows = all.filter(({ batchId }) => batchId === 'plain');
    expect(await pages({ batchId: 'plain' }, 9)).toEqual(rows.map(idOf));
    expect(await pages({ batchId: 'plain', statuses: ['ERROR'] }, 2)).toEqual(
      rows.filter(({ status }) => status === 'ERROR').map(idOf),
    );
    expect(await pages({ batchId: 'nobody' }, 5)).toEqual([]);
  });

  it('by campaign id shows all its batches', async () => {
    const expected = all.filter(({ campaignId }) => campaignId === 'spring').map(idOf);
    expect(await pages({ campaignId: 'spring' }, 33)).toEqual(expected);
  });

  it('by address finds it in any case, with the other filters', async () => {
    const rows = all.filter(({ email }) => email === 'Person3@Example.com');
    expect(await pages({ email: 'person3@EXAMPLE.com' }, 2)).toEqual(rows.map(idOf));
    expect(await pages({ email: 'person3@example.com', batchId: 'plain' }, 2)).toEqual(
      rows.filter(({ batchId }) => batchId === 'plain').map(idOf),
    );
  });

  it('continues after the cursor of any send', async () => {
    const { sends } = await listSends(table, { statuses: ['SENT'] }, { limit: 10 });
    const { sends: rest } = await listSends(table, { statuses: ['SENT'] }, { limit: 3, after: sends[6]?.cursor ?? '' });
    expect(rest.map(({ sendId }) => sendId)).toEqual(sends.slice(7).map(({ sendId }) => sendId));
  });

  it('refuses an invalid cursor, time and limit', async () => {
    await expect(listSends(table, {}, { after: 'nonsense' })).rejects.toMatchObject({ code: 'BadRequest' });
    await expect(listSends(table, { from: 'yesterday' })).rejects.toMatchObject({ code: 'BadRequest' });
    await expect(listSends(table, {}, { limit: 1001 })).rejects.toMatchObject({ code: 'BadRequest' });
  });
});

describe('other reads', () => {
  it('a send by its id', async () => {
    expect(await getSend(table, 'spring-1-7')).toMatchObject({
      batchId: 'spring-1',
      rowNumber: 7,
      subject: 'Subject 7',
    });
    expect(await getSend(table, 'spring-1-999')).toBeUndefined();
    expect(await getSend(table, 'nonsense')).toBeUndefined();
  });

  it('a whole batch by row', async () => {
    const rows: number[] = [];
    for await (const row of ledger.rowsOfBatch('spring-1')) rows.push(row.rowNumber);
    expect(rows).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });

  it('counts a status of a batch', async () => {
    const batch = { batchId: 'plain', createdAt: '2026-11-21T00:00:00.000Z' };
    expect(await ledger.countByStatus(batch, 'ERROR')).toEqual({ total: 5, unconfirmed: 0 });
    expect(await ledger.countByStatus(batch, 'QUEUED')).toEqual({ total: 6, unconfirmed: 0 });
  });

  it('contents of rows at once', async () => {
    const contents = await ledger.contents([1, 2, 999].map((rowNumber) => ({ batchId: 'plain', rowNumber })));
    expect([...contents.keys()].sort()).toEqual(['plain-1', 'plain-2']);
  });
});
