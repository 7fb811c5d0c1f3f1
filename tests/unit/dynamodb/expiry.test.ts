import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { createQuotaStops } from '../../../core/campaigns/quota-stops.ts';
import { claimRows } from '../../../core/campaigns/rows-claim.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { ItemStream } from '../../../core/dynamodb/item-stream.ts';
import { type Item, type Key, putIf, read, readMany } from '../../../core/dynamodb/table.ts';
import { acceptEmail } from '../../../core/email/accept.ts';
import { batchKey } from '../../../core/email/batch.ts';
import { createEmailStore } from '../../../core/email/store.ts';
import { daysWithSends, markDay } from '../../../core/ledger/days.ts';
import {
  campaignKey,
  campaignQuotaStopKey,
  contentKey,
  dayKey,
  progressKey,
  rowsClaimKey,
  stateKey,
} from '../../../core/ledger/keys.ts';
import { listSends } from '../../../core/ledger/list-sends.ts';
import { orderKey } from '../../../core/orders/item.ts';
import { createOrderStore } from '../../../core/orders/store.ts';
import { createRequestStore } from '../../../core/requests/store.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { emailRequest, keptQueue } from '../email/deps.ts';
import { putRows } from '../ledger/support.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

const DAY = 24 * 3600;
let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

const seconds = () => Math.ceil(table.clock.now() / 1000);
const put = (item: Item) => table.client.send(new PutCommand({ TableName: table.tableName, Item: item }));
const stored = async (key: Key, { tableName } = table.sends): Promise<Item | undefined> =>
  (await table.client.send(new GetCommand({ TableName: tableName, Key: key }))).Item;
/** In how many days an item expires. */
async function daysOf(key: Key, of = table.sends): Promise<number | undefined> {
  const item = await stored(key, of);
  expect(item).toBeDefined();
  const { expiresAt } = item ?? {};
  return expiresAt === undefined ? undefined : Math.round((Number(expiresAt) - seconds()) / DAY);
}

describe('an expired item that DynamoDB has not deleted yet', () => {
  const key = { pk: 'p', sk: 'expired' };
  const others = [
    { pk: 'p', sk: 'later' },
    { pk: 'p', sk: 'never' },
  ];
  beforeAll(async () => {
    await put({ ...key, expiresAt: seconds() - 1 });
    await put({ ...others[0], expiresAt: seconds() + 60 });
    await put({ ...others[1] });
  });

  it('is in no read, and the others are', async () => {
    expect(await read(table, key)).toBeUndefined();
    expect(await read(table, others[0] as Key)).toMatchObject(others[0] as Key);
    const found = await readMany(table, [key, ...others]);
    expect(found.map(({ sk }) => sk).sort()).toEqual(['later', 'never']);
    const stream = new ItemStream(table, {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'p' },
    });
    const streamed: unknown[] = [];
    for await (const { sk } of stream) streamed.push(sk);
    expect(streamed).toEqual(['later', 'never']);
  });

  it('does not keep a new one from being written, as others do', async () => {
    expect(await putIf(table, { ...(others[1] as Key), mine: true })).toBe(false);
    expect(await putIf(table, { ...key, mine: true })).toBe(true);
    expect(await read(table, key)).toMatchObject({ mine: true });
  });

  it('is in no list of sends', async () => {
    const expired = { batchId: 'old', rowNumber: 1, status: 'SENT', expiresAt: seconds() - 1 } as const;
    const kept = { batchId: 'old', rowNumber: 2, status: 'SENT', email: 'row1@example.com' } as const;
    await putRows(table, [expired, kept]);
    await markDay(table, '2026-11-22');
    await put({ ...dayKey('2020-01-01'), expiresAt: seconds() - 1 });

    for (const filter of [{ statuses: ['SENT' as const] }, { email: 'row1@example.com' }]) {
      expect((await listSends(table, filter)).sends.map(({ sendId }) => sendId)).toEqual(['old-2']);
    }
    const days: string[] = [];
    for await (const day of daysWithSends(table, {})) days.push(day);
    expect(days).not.toContain('2020-01-01');
  });
});

describe('every item gets its end when it is written', () => {
  it('an email: its batch, which has the content, after 75 days, and its rows after 400', async () => {
    const deps = { store: createEmailStore(table), queue: keptQueue(), clock: table.clock, telemetry: silent };
    await acceptEmail(deps, emailRequest(), { batchId: 'mail' });

    expect(await daysOf(batchKey('mail'))).toBe(75);
    expect(await daysOf(stateKey('mail', 1))).toBe(400);
  });

  it('a request: with its content until it is processed, then as rows are', async () => {
    const store = createRequestStore({ ...table, rowDays: 100 });
    const id = await store.create({ to: 'a@b.co', message: 'Hola', type: 'sms' });
    expect([await daysOf(stateKey(id, 1)), await daysOf(contentKey(id, 1))]).toEqual([75, 75]);
    const { createdAt } = (await stored(stateKey(id, 1))) as { createdAt: string };

    expect(await store.begin(id, createdAt, 'run')).toBe(true);
    expect([await daysOf(stateKey(id, 1)), await daysOf(contentKey(id, 1))]).toEqual([100, 75]);
  });

  it('an order: anew with each change', async () => {
    const store = createOrderStore(table);
    const fields = {
      orderId: 'O1',
      status: 'received' as const,
      description: 'x',
      registerDate: '',
      deliveryDate: '',
      reasonForCancellation: '',
    };
    const { order } = await store.create(fields);
    expect(await daysOf(orderKey('O1'))).toBe(400);
    table.clock.move(10 * DAY * 1000);
    await store.change(order, { ...fields, description: 'y' });

    expect(await daysOf(orderKey('O1'))).toBe(400);
  });

  it('what belongs to campaigns, and the days of lists for as long as any row of them may last', async () => {
    const counters = createCampaignCounters(table.control);
    await counters.addSent('b1', 5);
    expect(await daysOf(progressKey('b1'), table.control)).toBe(400);
    table.clock.move(DAY * 1000);
    await counters.setExact('b1', { PENDING: 0, QUEUED: 0, SENT: 7, ERROR: 0, unconfirmed: 0 });
    expect(await stored(progressKey('b1'), table.control)).toMatchObject({ sent: 7 });
    expect(await daysOf(progressKey('b1'), table.control)).toBe(400);
    await createQuotaStops(table.control).add({ batchId: 'b1', createdAt: '2026-11-22T10:00:00.000Z' });
    expect(await daysOf(campaignQuotaStopKey('b1'), table.control)).toBe(400);
    await markDay(table, '2026-12-01');
    expect(await daysOf(dayKey('2026-12-01'))).toBe(400 + 330);
  });

  it('but a campaign record and the claim on its rows, which are for good', async () => {
    const store = createCampaignStore(table.control);
    await store.create(campaignRecord({ batchId: 'kept' }));
    await claimRows({ control: table.control, store, clock: table.clock }, 'rows', 'kept');

    expect(await daysOf(campaignKey('kept'), table.control)).toBeUndefined();
    expect(await daysOf(rowsClaimKey('rows'), table.control)).toBeUndefined();
  });
});
