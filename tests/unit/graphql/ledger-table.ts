import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { CreateTableCommand, DynamoDBClient, type GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { markDay } from '../../../core/ledger/days.ts';
import { createdKey, dayOf, shardOf, stateKey, statusKey } from '../../../core/ledger/keys.ts';
import type { Send } from '../../../core/ledger/send.ts';

/** The package has no types. */
const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)('dynalite');

const index = (name: string, hash: string): GlobalSecondaryIndex => ({
  IndexName: name,
  KeySchema: [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: 'createdKey', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'ALL' },
});

/** A ledger table in memory, with its indexes; `put` writes sends as the workflow registers them. */
export async function openLedgerTable() {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite listens on no port');
  const low = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const table = 'sends';
  await low.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'statusKey', 'createdKey', 'address'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [index('byStatus', 'statusKey'), index('byAddress', 'address')],
    }),
  );
  const client = DynamoDBDocumentClient.from(low, { marshallOptions: { removeUndefinedValues: true } });

  async function put(sends: readonly Send[]): Promise<void> {
    for (const day of new Set(sends.map((send) => dayOf(send.createdAt)))) await markDay({ client, table }, day);
    await Promise.all(sends.map((send) => client.send(new PutCommand({ TableName: table, Item: itemOf(send) }))));
  }

  const close = () =>
    new Promise<void>((resolve) => {
      low.destroy();
      server.close(() => resolve());
    });
  return { client, table, put, close };
}

const itemOf = ({ sendId: _id, ...send }: Send) => ({
  ...stateKey(send.batchId, send.rowNumber),
  ...send,
  statusKey: statusKey(send.status, dayOf(send.createdAt), shardOf(send.rowNumber)),
  createdKey: createdKey(send.createdAt, send.batchId, send.rowNumber),
  address: send.email.toLowerCase(),
});
