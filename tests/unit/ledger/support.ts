import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Clock, systemClock } from '../../../core/clock.ts';
import { LISTED } from '../../../core/ledger/item.ts';
import { contentKey, createdKey, dayOf, shardOf, stateKey, statusKey } from '../../../core/ledger/keys.ts';
import type { SendStatus } from '../../../core/ledger/send.ts';
import type { LedgerTable } from '../../../core/ledger/table.ts';

const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

/** A table like the product's, of its own: in another DynamoDB where AWS_ENDPOINT_URL names one, else in memory. */
export async function openLedgerTable(clock: Clock = systemClock): Promise<LedgerTable & { close(): Promise<void> }> {
  const given = process.env.AWS_ENDPOINT_URL;
  const server = given ? undefined : await startDynalite();
  const low = new DynamoDBClient({
    endpoint: given ?? server?.endpoint ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const table = `sends-${randomUUID()}`;
  await low.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'statusKey', 'createdKey', 'address'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      KeySchema: keys('pk', 'sk'),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byStatus',
          KeySchema: keys('statusKey', 'createdKey'),
          Projection: {
            ProjectionType: 'INCLUDE',
            NonKeyAttributes: LISTED.filter((name) => name !== 'createdKey'),
          },
        },
        {
          IndexName: 'byAddress',
          KeySchema: keys('address', 'createdKey'),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  return {
    client: DynamoDBDocumentClient.from(low),
    table,
    clock,
    async close() {
      if (given) await low.send(new DeleteTableCommand({ TableName: table }));
      low.destroy();
      await server?.close();
    },
  };
}

/** In a thread of its own: it must not hold up the sends that are timed to the millisecond. */
async function startDynalite() {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('dynalite')({ createTableMs: 0 });
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { endpoint: `http://127.0.0.1:${port}`, close: () => worker.terminate() };
}

/** Time that moves only when a test moves it; a sleep moves it too. */
export function movedClock(start = Date.parse('2026-11-22T10:00:00.000Z')) {
  let now = start;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  return {
    clock,
    move(ms: number) {
      now += ms;
    },
  };
}

export interface NewRow {
  batchId?: string;
  rowNumber?: number;
  status?: SendStatus;
  email?: string;
  createdAt?: string;
  campaignId?: string;
  content?: string;
  [attribute: string]: unknown;
}

/** Writes a row as the workflow does: the state item, and the content beside it. */
export async function putRow({ client, table }: LedgerTable, row: NewRow = {}): Promise<void> {
  const { batchId = 'b1', rowNumber = 1, status = 'PENDING', content = 'Hola', ...rest } = row;
  const { email = `row${rowNumber}@example.com`, createdAt = '2026-11-22T09:00:00.000Z', ...attributes } = rest;
  const state = {
    ...stateKey(batchId, rowNumber),
    statusKey: statusKey(status, dayOf(createdAt), shardOf(rowNumber)),
    createdKey: createdKey(createdAt, batchId, rowNumber),
    address: email.toLowerCase(),
    batchId,
    rowNumber,
    email,
    subject: `Subject ${rowNumber}`,
    status,
    channel: 'campaign',
    attempts: 0,
    createdAt,
    updatedAt: createdAt,
    ...attributes,
  };
  await client.send(new PutCommand({ TableName: table, Item: state }));
  await client.send(new PutCommand({ TableName: table, Item: { ...contentKey(batchId, rowNumber), content } }));
}
