import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../src/dynamodb/dynamodb.ts';
import { clientOptions, gatewayFor } from './support.ts';

// The expected answers are those of AWS, recorded in https://github.com/paritysuite/dynamodb-conformance (tests/tier2/partiql and
// tests/tier3/error-messages), unless a comment says otherwise.
let client: DynamoDBClient;
let close: () => Promise<void>;

beforeAll(async () => {
  const service = await startDynamoDb({
    tables: [
      {
        name: 'rows',
        keySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        attributes: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
        globalIndexes: [],
        localIndexes: [],
      },
      {
        name: 'T-1',
        keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        attributes: [{ AttributeName: 'pk', AttributeType: 'S' }],
        globalIndexes: [],
        localIndexes: [],
      },
    ],
  });
  const gateway = await gatewayFor({ dynamodb: service.handler });
  client = new DynamoDBClient(clientOptions(gateway));
  close = async () => {
    client.destroy();
    await gateway.close();
    await service.close();
  };
});
afterAll(() => close());

type Item = Record<string, AttributeValue>;

async function run(Statement: string, Parameters?: AttributeValue[]): Promise<Item[]> {
  const { Items } = await client.send(new ExecuteStatementCommand({ Statement, ...(Parameters && { Parameters }) }));
  return Items ?? [];
}

const batch = async (...Statements: BatchStatementRequest[]) =>
  (await client.send(new BatchExecuteStatementCommand({ Statements }))).Responses ?? [];

const stored = async (pk: string) =>
  (await client.send(new GetItemCommand({ TableName: 'T-1', Key: { pk: { S: pk } }, ConsistentRead: true }))).Item;

let last = 0;
/** Puts an item with a key of its own. */
async function seed(attributes: Item): Promise<string> {
  const pk = `item-${++last}`;
  await client.send(new PutItemCommand({ TableName: 'T-1', Item: { pk: { S: pk }, ...attributes } }));
  return pk;
}

describe('INSERT', () => {
  test('writes the item with literals of every type and with parameters, and answers no items', async () => {
    const statement = `INSERT INTO "T-1" VALUE {'pk': 'insert', 'n': -1.5e2, 'flag': true, 'none': null, 'list': [1, ?], 'map': {'it''s': ?},
      'set': <<'a', 'b'>>}`;

    expect(await run(statement, [{ S: 'x' }, { BOOL: false }])).toEqual([]);
    expect(await stored('insert')).toEqual({
      pk: { S: 'insert' },
      n: { N: '-150' },
      flag: { BOOL: true },
      none: { NULL: true },
      list: { L: [{ N: '1' }, { S: 'x' }] },
      map: { M: { "it's": { BOOL: false } } },
      set: { SS: ['a', 'b'] },
    });
  });

  test('refuses a key that exists, and leaves the item as it is', async () => {
    const pk = await seed({ a: { N: '1' } });

    await expect(run(`INSERT INTO "T-1" VALUE {'pk': ?}`, [{ S: pk }])).rejects.toMatchObject({
      name: 'DuplicateItemException',
      message: 'Duplicate primary key exists in table',
    });
    expect(await stored(pk)).toMatchObject({ a: { N: '1' } });
  });
});

describe('UPDATE', () => {
  test('sets and removes attributes, paths included', async () => {
    const pk = await seed({ a: { N: '1' }, b: { S: 'x' }, m: { M: { in: { N: '1' } } }, l: { L: [{ N: '1' }] } });

    await run(`UPDATE "T-1" SET a = a + ? SET m.in = 5 SET l[0] = 'first' REMOVE b WHERE pk = ?`, [
      { N: '2' },
      { S: pk },
    ]);

    expect(await stored(pk)).toEqual({
      pk: { S: pk },
      a: { N: '3' },
      m: { M: { in: { N: '5' } } },
      l: { L: [{ S: 'first' }] },
    });
  });

  test('set_add and set_delete change a set', async () => {
    const pk = await seed({ ss: { SS: ['a', 'b'] } });

    await run(`UPDATE "T-1" SET ss = SET_ADD(ss, <<'c'>>) WHERE pk = '${pk}'`);
    expect(await stored(pk)).toMatchObject({ ss: { SS: ['a', 'b', 'c'] } });
    await run(`UPDATE "T-1" SET ss = set_delete(ss, <<'a', 'b', 'c'>>) WHERE pk = '${pk}'`);
    expect(await stored(pk)).toEqual({ pk: { S: pk } });
    await run(`UPDATE "T-1" SET made = set_add(made, ?) WHERE pk = '${pk}'`, [{ NS: ['1'] }]);
    expect(await stored(pk)).toMatchObject({ made: { NS: ['1'] } });
  });

  test.each([
    ['ALL NEW', { a: { N: '2' }, b: { S: 'x' } }],
    ['ALL OLD', { a: { N: '1' }, b: { S: 'x' } }],
    ['MODIFIED NEW', { a: { N: '2' } }],
    ['MODIFIED OLD', { a: { N: '1' } }],
  ])('RETURNING %s * answers the attributes', async (returning, expected) => {
    const pk = await seed({ a: { N: '1' }, b: { S: 'x' } });

    const [item] = await run(`UPDATE "T-1" SET a = 2 WHERE pk = '${pk}' RETURNING ${returning} *`);

    expect(item).toEqual(returning.startsWith('ALL') ? { pk: { S: pk }, ...expected } : expected);
  });

  test('of a missing item fails its condition and creates nothing', async () => {
    for (const more of ['', ' AND attribute_not_exists(pk)', ' AND a IS MISSING']) {
      await expect(run(`UPDATE "T-1" SET a = 1 WHERE pk = 'absent'${more}`)).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
      });
    }
    expect(await stored('absent')).toBeUndefined();
  });

  test.each([
    ["s = 'str'", true],
    ["s <> 'str'", false],
    ["s != 'other'", true],
    ['n > 4 AND n <= 5', true],
    ['n BETWEEN 1 AND 4', false],
    ["s IN ['a', 'str']", true],
    ["s IN ('a', 'b')", false],
    ['NOT n = 5', false],
    ["(n = 4 OR n = 5) AND s = 'str'", true],
    ['lease IS MISSING', true],
    ['s IS MISSING', false],
    ['s IS NOT MISSING', true],
    ['none IS NULL', true],
    ['s IS NOT NULL', true],
    ['flag IS BOOL', true],
    ['attribute_exists(s)', true],
    ['ATTRIBUTE_EXISTS("nope")', false],
    ['attribute_not_exists(nope)', true],
    ['attribute_exists(m.sub)', true],
    ["begins_with(s, 'st')", true],
    ["contains(ss, 'b')", true],
    ['size(s) = 4', false],
    ["attribute_type(ss, 'SS')", true],
    ["lease IS MISSING OR lease = 'mine'", true],
  ])('is done under the condition %s: %p', async (condition, holds) => {
    const pk = await seed({
      s: { S: 'str' },
      n: { N: '5' },
      none: { NULL: true },
      flag: { BOOL: true },
      ss: { SS: ['a', 'b'] },
      m: { M: { sub: { S: 'x' } } },
    });
    const done = run(`UPDATE "T-1" SET touched = true WHERE pk = '${pk}' AND (${condition})`);

    if (holds) await done;
    else await expect(done).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((await stored(pk))?.touched).toEqual(holds ? { BOOL: true } : undefined);
  });

  test('the order of the members of a set does not matter to =', async () => {
    const pk = await seed({ ss: { SS: ['a', 'b'] } });

    await run(`UPDATE "T-1" SET touched = 'yes' WHERE pk = ? AND ss = ?`, [{ S: pk }, { SS: ['b', 'a'] }]);

    expect(await stored(pk)).toMatchObject({ touched: { S: 'yes' } });
  });
});

test('DELETE removes the item, returns it on request, keeps it under a false condition, and does not need one', async () => {
  const pk = await seed({ a: { N: '1' } });

  await expect(run(`DELETE FROM "T-1" WHERE pk = '${pk}' AND attribute_exists(nope)`)).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
  });
  expect(await run(`DELETE FROM "T-1" WHERE pk = '${pk}' RETURNING ALL OLD *`)).toEqual([
    { pk: { S: pk }, a: { N: '1' } },
  ]);
  expect(await stored(pk)).toBeUndefined();
  expect(await run(`DELETE FROM "T-1" WHERE pk = 'never-written'`)).toEqual([]);
});

test('SELECT by the primary key answers the item or the attributes that it names', async () => {
  const pk = await seed({ a: { N: '1' }, b: { S: 'x' } });

  expect(await run(`SELECT * FROM "T-1" WHERE pk = ?`, [{ S: pk }])).toEqual([
    { pk: { S: pk }, a: { N: '1' }, b: { S: 'x' } },
  ]);
  expect(await run(`-- a note\nSELECT a, "b" FROM "T-1" /* another */ WHERE pk = ?`, [{ S: pk }])).toEqual([
    { a: { N: '1' }, b: { S: 'x' } },
  ]);
  expect(await run(`SELECT * FROM "T-1" WHERE pk = 'absent'`)).toEqual([]);
});

const NOT_WELL_FORMED = "Statement wasn't well formed, can't be processed: ";

test.each([
  [`SELECT * FROM "T-1" WHERE pk = 'a' foo`, `${NOT_WELL_FORMED}Unexpected token after expression`],
  [`INSERT INTO "T-1" VALUE {'pk': 'a'} foo`, `${NOT_WELL_FORMED}Unexpected token after expression`],
  [`INSERT INTO "T-1" t VALUE {'pk': 'x'}`, `${NOT_WELL_FORMED}Unexpected token after expression`],
  [`UPDATE "T-1" SET a = 9 WHERE pk = 'a' foo`, `${NOT_WELL_FORMED}Unexpected token after expression`],
  [`DELETE FROM "T-1" WHERE pk = 'a' ORDER BY pk`, `${NOT_WELL_FORMED}Unexpected token after expression`],
  [`SELECT * FROM "T-1" WHERE pk = 'a' # note`, NOT_WELL_FORMED],
  [`SELECT * FROM "T-1" WHERE pk = 'a' /* note`, NOT_WELL_FORMED],
  [`SELECT * FROM "T-1" t WHERE pk = 'x'`, 'Aliasing is not supported'],
  [`UPDATE "T-1" t SET a = 3 WHERE pk = 'x'`, 'Aliasing is not supported'],
  [`DELETE FROM "T-1" AS t WHERE pk = 'x'`, 'Aliasing is not supported'],
  [`UPDATE "T-1" SET a = 1 WHERE a = 1`, 'Where clause does not contain a mandatory equality on all key attributes'],
  [
    `UPDATE "T-1" SET a = 1 WHERE pk = 'x' OR a = 1`,
    'Where clause does not contain a mandatory equality on all key attributes',
  ],
  [`UPDATE "T-1" SET a = ? WHERE pk = 'x'`, "Number of parameters in request and statement don't match."],
  [`UPDATE "T-1" SET ss = set_add(ss, <<>>) WHERE pk = 'x'`, 'Empty bags are not supported'],
])('refuses %s', async (statement, message) => {
  await expect(run(statement)).rejects.toMatchObject({ name: 'ValidationException', message });
});

describe('BatchExecuteStatement', () => {
  test('gives each statement its own outcome, in order', async () => {
    const pk = await seed({ status: { S: 'QUEUED' } });
    const claim = `UPDATE "T-1" SET lease = ? WHERE pk = ? AND status = 'QUEUED' AND lease IS MISSING RETURNING ALL NEW *`;
    const claimed = (key: string): BatchStatementRequest => ({
      Statement: claim,
      Parameters: [{ S: 'me' }, { S: key }],
    });

    const responses = await batch(
      { Statement: `INSERT INTO "T-1" VALUE {'pk': 'batch-new'}` },
      { Statement: `INSERT INTO "T-1" VALUE {'pk': '${pk}'}` },
      claimed(pk),
      { ...claimed(pk), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
      claimed('absent'),
      { Statement: `UPDATE "missing" SET a = 1 WHERE pk = 'x'` },
      { Statement: `UPDATE "T-1" SET` },
    );

    const item = { pk: { S: pk }, status: { S: 'QUEUED' }, lease: { S: 'me' } };
    expect(responses).toEqual([
      { TableName: 'T-1' },
      { TableName: 'T-1', Error: { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' } },
      { TableName: 'T-1', Item: item },
      {
        TableName: 'T-1',
        Error: { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: item },
      },
      { TableName: 'T-1', Error: { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' } },
      { Error: { Code: 'ResourceNotFound', Message: 'Requested resource not found' } },
      { Error: { Code: 'ValidationError', Message: expect.stringContaining(NOT_WELL_FORMED) } },
    ]);
  });

  test('reads by the whole key; what is missing has no item', async () => {
    await run(`INSERT INTO rows VALUE {'pk': 'p', 'sk': 's', 'a': 1}`);

    expect(
      await batch(
        { Statement: `SELECT a FROM rows WHERE pk = 'p' AND sk = ?`, Parameters: [{ S: 's' }], ConsistentRead: true },
        { Statement: `SELECT * FROM rows WHERE sk = 'none' AND pk = 'p'` },
        { Statement: `SELECT * FROM rows WHERE pk = 'p'` },
      ),
    ).toEqual([
      { TableName: 'rows', Item: { a: { N: '1' } } },
      { TableName: 'rows' },
      {
        Error: {
          Code: 'ValidationError',
          Message: 'Select statements within BatchExecuteStatement must specify the primary key in the where clause.',
        },
      },
    ]);
  });

  test('refuses 26 statements, none, and reads beside writes, and does nothing', async () => {
    const insert = { Statement: `INSERT INTO "T-1" VALUE {'pk': 'refused'}` };
    const refused = { name: 'ValidationException' };

    await expect(batch(...Array.from({ length: 26 }, () => insert))).rejects.toMatchObject(refused);
    await expect(batch()).rejects.toMatchObject(refused);
    await expect(batch(insert, { Statement: `SELECT * FROM "T-1" WHERE pk = 'x'` })).rejects.toMatchObject(refused);
    expect(await stored('refused')).toBeUndefined();
  });
});
