import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type DynamoTable, documentClient } from '../../../core/dynamodb/table.ts';
import { LISTED } from '../../../core/ledger/keys.ts';
import { ANYBODY, givenService, REGION } from './aws.ts';
import { type SimulatedClock, simulatedClock } from './clock.ts';

const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

/** Of a test file. */
let dynalite: ReturnType<typeof startDynalite> | undefined;
afterAll(async () => (await dynalite)?.close());

/**
 * A table like the product's, of its own: in another DynamoDB where the environment names one, else in memory. Its clock stands while a
 * call is under way.
 */
export async function openTable(
  clock = simulatedClock(),
): Promise<DynamoTable & { clock: SimulatedClock; close(): Promise<void> }> {
  const given = givenService('DYNAMODB');
  if (!given) dynalite ??= startDynalite();
  const low = new DynamoDBClient(
    given ?? { endpoint: (await dynalite)?.endpoint ?? '', region: REGION, credentials: ANYBODY },
  );
  const tableName = `sends-${randomUUID()}`;
  await low.send(
    new CreateTableCommand({
      TableName: tableName,
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
  // A new table is CREATING: in memory for a turn of the event loop, elsewhere for seconds.
  const describe = new DescribeTableCommand({ TableName: tableName });
  if (given)
    await waitUntilTableExists({ client: low, minDelay: 1, maxDelay: 2, maxWaitTime: 60 }, { TableName: tableName });
  else while ((await low.send(describe)).Table?.TableStatus !== 'ACTIVE');
  const client = documentClient(low);
  const send = client.send.bind(client) as (...call: unknown[]) => Promise<unknown>;
  client.send = (...call: unknown[]) => clock.pauseFor(send(...call)) as never;
  return {
    client,
    tableName,
    clock,
    async close() {
      if (given) await low.send(new DeleteTableCommand({ TableName: tableName }));
      low.destroy();
    },
  };
}

/** DynamoDB in a thread, with real conditional writes. */
async function startDynalite() {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('dynalite')({ createTableMs: 0 });
     // A busy test must not find its idle connections closed.
     server.keepAliveTimeout = 0;
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { endpoint: `http://127.0.0.1:${port}`, close: () => worker.terminate() };
}
