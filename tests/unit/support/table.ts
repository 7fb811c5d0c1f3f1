import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from 'local-aws';
import { type DynamoTable, documentClient } from '../../../core/dynamodb/table.ts';
import { LISTED } from '../../../core/ledger/keys.ts';
import { ANYBODY, givenService, REGION } from './aws.ts';
import { type SimulatedClock, simulatedClock } from './clock.ts';

const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

/** Of a test file. */
let local: ReturnType<typeof startDynamoDb> | undefined;
afterAll(async () => (await local)?.close());

/**
 * A table like the product's, of its own: in another DynamoDB where the environment names one, else in memory. Its clock stands while a
 * call is under way.
 */
export async function openTable(
  clock = simulatedClock(),
): Promise<DynamoTable & { clock: SimulatedClock; close(): Promise<void> }> {
  const given = givenService('DYNAMODB');
  const low = new DynamoDBClient(
    given ?? { requestHandler: await localHandler(), signer: UNSIGNED, region: REGION, credentials: ANYBODY },
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

/** Signatures take a tenth of the time of a test of the table, and nothing checks them. */
const UNSIGNED = { sign: async <T>(request: T) => request };

/** DynamoDB in memory and in a thread of its own, with real conditional writes. The calls need no socket. */
async function localHandler() {
  local ??= startDynamoDb({ tables: [] });
  const service = await local;
  return {
    async handle({ headers, body }: { headers: Record<string, string>; body?: string | Uint8Array }) {
      const operation = headers['x-amz-target']?.split('.')[1] ?? '';
      const answer = await service.call(operation, typeof body === 'string' ? body : new TextDecoder().decode(body));
      return { response: { statusCode: answer.status, headers: JSON_HEADERS, body: Buffer.from(answer.body) } };
    },
  };
}

const JSON_HEADERS = { 'content-type': 'application/x-amz-json-1.0' };
