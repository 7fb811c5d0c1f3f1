import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoTable, type Item, read } from '../dynamodb/table.ts';
import { limiterKey } from '../ledger/keys.ts';
import type { LimiterState } from './allocate.ts';

/** The item of a limiter: its next slots, and where its rate comes from. */
const FIELDS = [
  'next',
  'spacing',
  'reservedNext',
  'campaignAt',
  /** The rate in force. */
  'perSecond',
  /** What the provider allows; 0 when it is not known. */
  'allowed',
  /** What an operator set, or 0. It holds while the deployment's own setting is `deployed`. */
  'configured',
  'deployed',
  /** When the rate was last looked up, or a lookup began. */
  'checkedAt',
  /** Slots reserved ever, now and at two earlier times. The rate in use follows from them. */
  'taken',
  'sampleAt',
  'sampleTaken',
  'earlierAt',
  'earlierTaken',
  /** How many campaigns use it: what may be in flight is divided among them. */
  'campaigns',
] as const;

export type LimiterItem = LimiterState & Record<(typeof FIELDS)[number], number>;

export const toLimiter = (item: Item): LimiterItem =>
  Object.fromEntries(FIELDS.map((field) => [field, Number(item[field] ?? 0)])) as Record<
    (typeof FIELDS)[number],
    number
  >;

/** Also before the limiter's rate was first looked up. */
export async function setCampaigns({ client, tableName }: DynamoTable, name: string, campaigns: number): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: tableName,
      Key: limiterKey(name),
      UpdateExpression: 'SET campaigns = :campaigns',
      ExpressionAttributeValues: { ':campaigns': campaigns },
    }),
  );
}

/** Undefined before the limiter's rate was first looked up. */
export async function readLimiter(table: DynamoTable, name: string): Promise<LimiterItem | undefined> {
  const item = await read(table, limiterKey(name));
  return item?.spacing === undefined ? undefined : toLimiter(item);
}
