import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from '../../src/dynamodb/definitions.ts';
import { startDynamoDb } from '../../src/dynamodb/dynamodb.ts';
import { AWS_LIMITS, limitsOf } from '../../src/limits/limits.ts';
import { clientOptions, closing, gatewayFor, temporaryFolder } from './support.ts';

const track = closing();

const byStatus = (nonKeyAttributes: string[]) => ({
  IndexName: 'byStatus',
  KeySchema: [
    { AttributeName: 'statusKey', KeyType: 'HASH' },
    { AttributeName: 'createdKey', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: nonKeyAttributes },
});

const sends = (indexes = [byStatus(['email'])]): TableDefinition => ({
  name: 'sends',
  keySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  attributes: (indexes.length > 0 ? ['pk', 'sk', 'statusKey', 'createdKey'] : ['pk', 'sk']).map((name) => ({
    AttributeName: name,
    AttributeType: 'S',
  })),
  globalIndexes: indexes,
  localIndexes: [],
  timeToLiveAttribute: 'expiresAt',
});

async function dynamodb(
  folder?: string,
  table = sends(),
  { max } = AWS_LIMITS,
): Promise<DynamoDBClient & { close(): Promise<void> }> {
  const service = await startDynamoDb({ tables: [table], max, ...(folder ? { folder } : {}) });
  const gateway = await gatewayFor({ dynamodb: service.handler });
  const client = new DynamoDBClient(clientOptions(gateway));
  const close = async () => {
    client.destroy();
    await gateway.close();
    await service.close();
  };
  return track(Object.assign(client, { close }));
}

const item = (row: number, status = 'PENDING') => ({
  pk: { S: 'batch#0' },
  sk: { S: `S#${row}` },
  status: { S: status },
  statusKey: { S: status },
  createdKey: { S: `2026#${row}` },
  email: { S: `a${row}@example.com` },
  secret: { S: 'not projected' },
});
const key = (row: number) => ({ pk: { S: 'batch#0' }, sk: { S: `S#${row}` } });

const queryStatus = (status: string, more: object = {}) =>
  new QueryCommand({
    TableName: 'sends',
    IndexName: 'byStatus',
    KeyConditionExpression: 'statusKey = :status',
    ExpressionAttributeValues: { ':status': { S: status } },
    ...more,
  });

const moveTo = (row: number, from: string, to: string, more: object = {}) =>
  new UpdateItemCommand({
    TableName: 'sends',
    Key: key(row),
    UpdateExpression: 'SET #status = :to, statusKey = :to',
    ConditionExpression: '#status = :from',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':from': { S: from }, ':to': { S: to } },
    ...more,
  });

describe('the limits of DynamoDB', () => {
  const puts = (count: number, from = 0) =>
    Array.from({ length: count }, (_, row) => ({ PutRequest: { Item: item(row + from) } }));
  const keys = (count: number) => ({ Keys: Array.from({ length: count }, (_, row) => key(row)) });
  const write = (requests: Record<string, ReturnType<typeof puts>>) =>
    new BatchWriteItemCommand({ RequestItems: requests });
  const read = (count: number) => new BatchGetItemCommand({ RequestItems: { sends: keys(count) } });
  /** An item of this many bytes. */
  const ofSize = (bytes: number) => {
    const small = { ...key(1), text: { S: '' } };
    const names = Object.entries(small).reduce((sum, [name, { S }]) => sum + name.length + S.length, 0);
    return new PutItemCommand({ TableName: 'sends', Item: { ...small, text: { S: 'x'.repeat(bytes - names) } } });
  };
  const refused = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };

  it('are 25 requests of BatchWriteItem and 100 items of BatchGetItem', async () => {
    const client = await dynamodb();
    await client.send(write({ sends: puts(25) }));
    await expect(client.send(write({ sends: puts(26) }))).rejects.toMatchObject(refused);
    await expect(client.send(write({ sends: puts(20), other: puts(6) }))).rejects.toMatchObject(refused);
    const { Responses } = await client.send(read(100));
    expect(Responses?.sends).toHaveLength(25);
    await expect(client.send(read(101))).rejects.toMatchObject(refused);
  });

  it('are 400 KB of an item', async () => {
    const client = await dynamodb();
    await client.send(ofSize(400 * 1024));
    await expect(client.send(ofSize(400 * 1024 + 1))).rejects.toMatchObject({
      ...refused,
      message: 'Item size has exceeded the maximum allowed size',
    });
  });

  it('are 1 MB of a page, also where more items match', async () => {
    const client = await dynamodb();
    const text = { S: 'x'.repeat(300 * 1024) };
    for (let row = 1; row <= 5; row++) {
      await client.send(new PutItemCommand({ TableName: 'sends', Item: { ...item(row), email: text } }));
    }
    const first = await client.send(queryStatus('PENDING'));
    expect(first.Count).toBe(4);
    const rest = await client.send(queryStatus('PENDING', { ExclusiveStartKey: first.LastEvaluatedKey }));
    expect([rest.Count, rest.LastEvaluatedKey]).toEqual([1, undefined]);
  });

  it('can be switched off', async () => {
    const off = limitsOf({
      'dynamodb.batchWriteItems': false,
      'dynamodb.batchGetItems': false,
      'dynamodb.batchStatements': false,
      'dynamodb.itemBytes': false,
    });
    const client = await dynamodb(undefined, sends(), off);
    await client.send(write({ sends: puts(120) }));
    expect((await client.send(read(120))).Responses?.sends).toHaveLength(120);
    const Statements = Array.from({ length: 30 }, (_, row) => ({
      Statement: `SELECT * FROM "sends" WHERE pk = 'batch#0' AND sk = 'S#${row}'`,
    }));
    const { Responses } = await client.send(new BatchExecuteStatementCommand({ Statements }));
    expect(Responses?.filter(({ Item }) => Item)).toHaveLength(30);
    await client.send(ofSize(500 * 1024));
  });

  it('can be set', async () => {
    const client = await dynamodb(undefined, sends(), limitsOf({ 'dynamodb.batchGetItems': 2 }));
    await expect(client.send(read(3))).rejects.toMatchObject(refused);
  });
});

describe('DynamoDB', () => {
  it('has the tables of the template, in status ACTIVE, with their time to live', async () => {
    const client = await dynamodb();
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'sends' }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/sends',
      GlobalSecondaryIndexes: [{ IndexName: 'byStatus', IndexStatus: 'ACTIVE' }],
    });
    const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: 'sends' }));
    expect(ttl.TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
  });

  it('deletes items some time after they have expired, from the index too', async () => {
    const client = await dynamodb();
    const now = Math.floor(Date.now() / 1000);
    const put = (sk: string, expiresAt: number) =>
      client.send(
        new PutItemCommand({
          TableName: 'sends',
          Item: {
            ...Object.fromEntries(
              Object.entries({ pk: 'ttl', sk, statusKey: 'OLD' }).map(([name, S]) => [name, { S }]),
            ),
            createdKey: { S: sk },
            expiresAt: { N: String(expiresAt) },
          },
        }),
      );
    await put('kept', now + 3600);
    await put('expired', now - 1);
    // DynamoDB takes a time of more than five years ago for a mistake.
    await put('mistaken', 1);
    const indexed = async () => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: 'sends',
          IndexName: 'byStatus',
          KeyConditionExpression: 'statusKey = :old',
          ExpressionAttributeValues: { ':old': { S: 'OLD' } },
        }),
      );
      return Items.map(({ sk }) => sk?.S);
    };

    while ((await indexed()).includes('expired')) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await indexed()).toEqual(['kept', 'mistaken']);
    const key = { pk: { S: 'ttl' }, sk: { S: 'expired' } };
    expect((await client.send(new GetItemCommand({ TableName: 'sends', Key: key }))).Item).toBeUndefined();
  });

  it('lets exactly one of many concurrent conditional updates succeed, and moves the item in the index', async () => {
    const client = await dynamodb();
    await client.send(new PutItemCommand({ TableName: 'sends', Item: item(1) }));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => client.send(moveTo(1, 'PENDING', 'QUEUED'))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await client.send(queryStatus('PENDING'))).Count).toBe(0);
    expect((await client.send(queryStatus('QUEUED'))).Items).toEqual([
      { ...key(1), statusKey: { S: 'QUEUED' }, createdKey: { S: '2026#1' }, email: { S: 'a1@example.com' } },
    ]);
  });

  it('counts correctly under concurrent ADD', async () => {
    const client = await dynamodb();
    const add = new UpdateItemCommand({
      TableName: 'sends',
      Key: key(1),
      UpdateExpression: 'ADD sent :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
    await Promise.all(Array.from({ length: 100 }, () => client.send(add)));
    expect((await client.send(new GetItemCommand({ TableName: 'sends', Key: key(1) }))).Item?.sent).toEqual({
      N: '100',
    });
  });

  it('returns the item whose condition failed if the request asks for it', async () => {
    const client = await dynamodb();
    await client.send(new PutItemCommand({ TableName: 'sends', Item: item(1, 'SENT') }));
    const refused = client.send(moveTo(1, 'PENDING', 'QUEUED', { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
    await expect(refused).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    await expect(refused).rejects.toMatchObject({ Item: { status: { S: 'SENT' } } });
  });

  it('pages in both directions', async () => {
    const client = await dynamodb();
    const requests = Array.from({ length: 25 }, (_, row) => ({ PutRequest: { Item: item(row + 10) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { sends: requests } }));
    const rows: string[] = [];
    let start: Record<string, { S: string }> | undefined;
    do {
      const page = await client.send(
        queryStatus('PENDING', { Limit: 10, ScanIndexForward: false, ...(start ? { ExclusiveStartKey: start } : {}) }),
      );
      rows.push(...(page.Items ?? []).map((found) => found.sk?.S ?? ''));
      start = page.LastEvaluatedKey as typeof start;
    } while (start);
    expect(rows).toEqual(Array.from({ length: 25 }, (_, row) => `S#${34 - row}`));
  });

  it('keeps all data over a restart', async () => {
    const folder = track(temporaryFolder());
    const first = await dynamodb(folder.path);
    await first.send(new PutItemCommand({ TableName: 'sends', Item: item(1) }));
    await first.close();
    const second = await dynamodb(folder.path);
    expect((await second.send(new GetItemCommand({ TableName: 'sends', Key: key(1) }))).Item).toEqual(item(1));
  });

  it('fills an index that was added to the template', async () => {
    const folder = track(temporaryFolder());
    const first = await dynamodb(folder.path, sends([]));
    await first.send(new PutItemCommand({ TableName: 'sends', Item: item(1) }));
    await first.close();
    const second = await dynamodb(folder.path);
    expect((await second.send(queryStatus('PENDING'))).Count).toBe(1);
  });

  it('creates further tables, and answers invalid requests with the messages of DynamoDB', async () => {
    const client = await dynamodb();
    await client.send(
      new CreateTableCommand({
        TableName: 'more',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 5, minDelay: 1 }, { TableName: 'more' });
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['more', 'sends']);
    await expect(client.send(new GetItemCommand({ TableName: 'none', Key: key(1) }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(client.send(new GetItemCommand({ TableName: 'sends', Key: {} }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The provided key element does not match the schema',
    });
  });
});
