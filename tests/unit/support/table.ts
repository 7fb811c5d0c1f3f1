import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LISTED } from '../../../core/ledger/item.ts';
import { ANYBODY, givenService, REGION } from './aws.ts';

const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

/** A table like the product's, of its own: in another DynamoDB where the environment names one, else in memory. */
export async function openTable() {
  const given = givenService('DYNAMODB');
  const server = given ? undefined : await startDynalite();
  const low = new DynamoDBClient(given ?? { endpoint: server?.endpoint ?? '', region: REGION, credentials: ANYBODY });
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
  // Ours is there at once; elsewhere a table is CREATING for some seconds.
  if (given)
    await waitUntilTableExists({ client: low, minDelay: 1, maxDelay: 2, maxWaitTime: 60 }, { TableName: tableName });
  return {
    client: DynamoDBDocumentClient.from(low),
    tableName,
    async close() {
      if (given) await low.send(new DeleteTableCommand({ TableName: tableName }));
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
