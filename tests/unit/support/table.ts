import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from 'local-aws';
import { type DynamoTable, documentClient, type Tables } from '../../../core/dynamodb/table.ts';
import { CONTROL_INDEX, CONTROL_LISTED, LISTED } from '../../../core/ledger/keys.ts';
import { ANYBODY, givenService, REGION } from './aws.ts';
import { type SimulatedClock, simulatedClock } from './clock.ts';

const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

/** Of a test file. */
let local: ReturnType<typeof startDynamoDb> | undefined;
afterAll(async () => (await local)?.close());

const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });

const sendsDefinition = {
  AttributeDefinitions: ['pk', 'sk', 'statusKey', 'createdKey', 'address'].map(attribute),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byStatus',
      KeySchema: keys('statusKey', 'createdKey'),
      Projection: {
        ProjectionType: 'INCLUDE' as const,
        NonKeyAttributes: LISTED.filter((name) => name !== 'createdKey'),
      },
    },
    {
      IndexName: 'byAddress',
      KeySchema: keys('address', 'createdKey'),
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    },
  ],
};

const controlDefinition = {
  AttributeDefinitions: ['pk', 'sk', 'listKey', 'createdKey'].map(attribute),
  GlobalSecondaryIndexes: [
    {
      IndexName: CONTROL_INDEX,
      KeySchema: keys('listKey', 'createdKey'),
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...CONTROL_LISTED] },
    },
  ],
};

/** The sends table, which is `sends` too, and the control table. */
type OpenTable = DynamoTable & Tables & { clock: SimulatedClock; close(): Promise<void> };

/**
 * Tables like the product's, of their own: in another DynamoDB where the environment names one, else in memory. Their clock stands while
 * a call is under way.
 */
export async function openTable(clock = simulatedClock()): Promise<OpenTable> {
  const given = givenService('DYNAMODB');
  const low = new DynamoDBClient(
    given ?? { requestHandler: await localHandler(), signer: UNSIGNED, region: REGION, credentials: ANYBODY },
  );
  const id = randomUUID();
  const [sendsName, controlName] = [`sends-${id}`, `control-${id}`];
  await Promise.all([create(low, sendsName, sendsDefinition), create(low, controlName, controlDefinition)]);
  const client = documentClient(low);
  const send = client.send.bind(client) as (...call: unknown[]) => Promise<unknown>;
  client.send = (...call: unknown[]) => clock.pauseFor(send(...call)) as never;
  const sends = { client, tableName: sendsName, clock };
  return {
    ...sends,
    sends,
    control: { client, tableName: controlName, clock },
    async close() {
      if (given) {
        for (const TableName of [sendsName, controlName]) await low.send(new DeleteTableCommand({ TableName }));
      }
      low.destroy();
    },
  };
}

async function create(
  low: DynamoDBClient,
  TableName: string,
  definition: typeof sendsDefinition | typeof controlDefinition,
): Promise<void> {
  await low.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keys('pk', 'sk'),
      ...definition,
    }),
  );
  // A new table is CREATING: in memory for a turn of the event loop, elsewhere for seconds.
  if (givenService('DYNAMODB')) {
    await waitUntilTableExists({ client: low, minDelay: 1, maxDelay: 2, maxWaitTime: 60 }, { TableName });
  } else while ((await low.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus !== 'ACTIVE');
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
