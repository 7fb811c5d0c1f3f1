import { rmSync } from 'node:fs';
import { join } from 'node:path';
import dynalite from 'dynalite/db/index.js';
import fc from 'fast-check';
import { moveEarlierEntries } from '../../src/dynamodb/operations/move-earlier-entries.ts';
import { operate } from '../../src/dynamodb/operations/operate.ts';
import { provision } from '../../src/dynamodb/operations/provision.ts';
import { type Attributes, dynaliteStore, type TableRecord } from '../../src/dynamodb/state/dynalite-store.ts';
import { keyBytes } from '../../src/dynamodb/state/key-bytes.ts';
import { KeyValueStore } from '../../src/dynamodb/state/key-value-store.ts';
import { openDatabase } from '../../src/storage/sqlite.ts';
import { closing, temporaryFolder } from './support.ts';

const track = closing();

type Type = 'S' | 'N' | 'B';

const valuesOf: Record<Type, fc.Arbitrary<string>> = {
  S: fc.oneof(fc.string({ minLength: 1, unit: 'binary' }), fc.constantFrom('a', 'ab', 'a\0', 'a\u0001', 'a\u0001b')),
  N: fc.oneof(
    fc.integer().map(String),
    // DynamoDB takes numbers of a magnitude from 1e-130 to 1e126.
    fc.tuple(fc.integer(), fc.integer({ min: -120, max: 110 })).map(([digits, power]) => `${digits}e${power}`),
  ),
  B: fc
    .array(fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 254, 255)), { minLength: 1, maxLength: 6 })
    .map((bytes) => Buffer.from(bytes).toString('base64')),
};

const textOf = (type: Type, hash: string, range: string) =>
  `${dynalite.hashPrefix(hash, type)}/${dynalite.toRangeStr(hash, type)}/${dynalite.toRangeStr(range, type)}/`;

const sign = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
const signOfBytes = (one: string, other: string) => Buffer.compare(keyBytes(one), keyBytes(other));

describe('keys of DynamoDB as bytes', () => {
  it.each(['S', 'N', 'B'] as const)('have the order of dynalite’s texts, for the type %s', (type) => {
    const value = valuesOf[type];
    // Few hash keys, so that range keys decide.
    const key = fc.tuple(fc.constantFrom('1', '2'), value, fc.constantFrom('', '0a3b1c', 'ff00ff'));
    fc.assert(
      fc.property(key, key, ([hash, range, suffix], [hash2, range2, suffix2]) => {
        const [one, other] = [textOf(type, hash, range) + suffix, textOf(type, hash2, range2) + suffix2];
        expect(signOfBytes(one, other)).toBe(sign(one, other));
      }),
      { numRuns: 500 },
    );
  });

  it.each(['S', 'N', 'B'] as const)(
    'lie on the same side of each bound that dynalite makes, for the type %s',
    (type) => {
      const value = valuesOf[type];
      const segment = fc.nat(4095).map((n) => n.toString(16).padStart(3, '0'));
      fc.assert(
        fc.property(value, value, segment, (range, bound, ofScan) => {
          const key = textOf(type, '1', range);
          const inHash = `${dynalite.hashPrefix('1', type)}/${dynalite.toRangeStr('1', type)}/`;
          const text = dynalite.toRangeStr(bound, type);
          const bounds = [inHash, `${inHash}~`, `${inHash}${text}/`, `${inHash}${text}/~`, ofScan, `${ofScan}~`];
          if (type !== 'N') bounds.push(`${inHash}${text}~`);
          const wrong = bounds.filter((one) => signOfBytes(key, one) !== sign(key, one));
          expect(wrong).toEqual([]);
        }),
        { numRuns: 500 },
      );
    },
  );
});

const schema = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];
const TABLE = {
  name: 'rows',
  keySchema: schema('pk', 'sk'),
  attributes: ['pk', 'sk', 'status'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
  globalIndexes: [
    {
      IndexName: 'byStatus',
      KeySchema: schema('status', 'sk'),
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['email'] },
    },
  ],
  localIndexes: [],
};
const item = (row: number, status: string): Attributes => ({
  pk: { S: 'batch' },
  sk: { S: `S#${row}` },
  status: { S: status },
  email: { S: `a${row}@example.com` },
  secret: { S: 'not projected' },
});

async function open(folder?: string) {
  const kv = new KeyValueStore(folder);
  let isOpen = true;
  const close = () => {
    if (isOpen) kv.close();
    isOpen = false;
  };
  track({ close });
  const store = dynaliteStore(kv);
  moveEarlierEntries(kv, store);
  provision(kv, store, TABLE);
  // dynalite writes a new table once more, in a timer of no delay. This one is later.
  await new Promise((resolve) => setTimeout(resolve));
  const call = (operation: string, request: Record<string, unknown>) =>
    new Promise<Record<string, unknown>>((resolve) => {
      operate(store, operation, { TableName: 'rows', ...request }, ({ body }) => resolve(JSON.parse(body)));
    });
  const byStatus = async (status: string) => {
    const answer = await call('Query', {
      IndexName: 'byStatus',
      KeyConditionExpression: '#status = :status',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':status': { S: status } },
    });
    return answer.Items;
  };
  return { kv, call, byStatus, close };
}

const projected = ({ pk, sk, status, email }: Attributes) => ({ pk, sk, status, email });

describe('the store of DynamoDB', () => {
  it('takes what an index contains from the item, also when only a projected attribute has changed', async () => {
    const { call, byStatus } = await open();
    await call('PutItem', { Item: item(1, 'SENT') });
    await call('UpdateItem', {
      Key: { pk: { S: 'batch' }, sk: { S: 'S#1' } },
      UpdateExpression: 'SET email = :email',
      ExpressionAttributeValues: { ':email': { S: 'b@example.com' } },
    });
    expect(await byStatus('SENT')).toEqual([projected({ ...item(1, 'SENT'), email: { S: 'b@example.com' } })]);
  });

  it('removes a deleted item from its index, and finds one that is put again', async () => {
    const { call, byStatus } = await open();
    await call('PutItem', { Item: item(1, 'SENT') });
    await call('DeleteItem', { Key: { pk: { S: 'batch' }, sk: { S: 'S#1' } } });
    expect(await byStatus('SENT')).toEqual([]);
    await call('PutItem', { Item: item(1, 'ERROR') });
    expect(await byStatus('ERROR')).toEqual([projected(item(1, 'ERROR'))]);
  });

  it('keeps items when an index is removed from the template, and deletes them with their table', async () => {
    const { kv, call } = await open();
    await call('PutItem', { Item: item(1, 'SENT') });
    const store = dynaliteStore(kv);
    provision(kv, store, { ...TABLE, attributes: TABLE.attributes.slice(0, 2), globalIndexes: [] });
    expect([...kv.range('item-rows')]).toHaveLength(1);
    expect([...kv.range('index-global~rows~byStatus')]).toEqual([]);
    store.deleteItemDb('rows', () => undefined);
    expect([...kv.range('item-rows')]).toEqual([]);
  });

  it('takes over the tables, items and settings that an earlier release stored', async () => {
    const folder = track(temporaryFolder()).path;
    const first = await open(folder);
    await first.call('PutItem', { Item: item(1, 'SENT') });
    await first.call('PutItem', { Item: item(2, 'ERROR') });
    const record = JSON.parse(String(first.kv.get('table', 'rows'))) as TableRecord;
    first.close();
    rmSync(folder, { recursive: true });
    const earlier = openDatabase(
      join(folder, 'dynamodb.sqlite'),
      'CREATE TABLE entry (space TEXT, key TEXT, value TEXT, PRIMARY KEY (space, key))',
    );
    const insert = earlier.prepare('INSERT INTO entry VALUES (?, ?, ?)');
    insert.run('table', 'rows', JSON.stringify(record));
    insert.run('tag-ttl~rows', 'specification', '{"Enabled":true,"AttributeName":"until"}');
    for (const one of [item(1, 'SENT'), item(2, 'ERROR')]) {
      insert.run('item-rows', dynalite.createKey(one, record), JSON.stringify(one));
      insert.run('index-global~rows~byStatus', dynalite.createKey(one, record), JSON.stringify(projected(one)));
    }
    earlier.close();

    const moved = await open(folder);
    const found = await moved.call('GetItem', { Key: { pk: { S: 'batch' }, sk: { S: 'S#2' } } });
    expect(found.Item).toEqual(item(2, 'ERROR'));
    expect(await moved.byStatus('SENT')).toEqual([projected(item(1, 'SENT'))]);
    expect(await moved.call('DescribeTimeToLive', {})).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
    });
    await moved.call('DeleteItem', { Key: { pk: { S: 'batch' }, sk: { S: 'S#1' } } });
    moved.close();

    const again = await open(folder);
    expect(again.kv.hasEarlierEntries()).toBe(false);
    expect(await again.byStatus('SENT')).toEqual([]);
    expect(await again.byStatus('ERROR')).toEqual([projected(item(2, 'ERROR'))]);
  });
});
