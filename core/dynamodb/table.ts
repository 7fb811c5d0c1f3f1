import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../clock.ts';
import { isExpired } from './expiry.ts';

/** A table with the keys `pk` and `sk`, and the time by which its items are written. */
export interface DynamoTable {
  client: DynamoDBDocumentClient;
  tableName: string;
  clock: Clock;
  /** How long rows are kept, in days; 400 by default. */
  rowDays?: number;
}

/** The product's two tables. `control` has the few items that must never wait for the throughput of `sends`. */
export interface Tables {
  sends: DynamoTable;
  control: DynamoTable;
}

export type Item = Record<string, unknown>;
export interface Key {
  pk: string;
  sk: string;
}

/** Members that are undefined become no attribute. */
export const documentClient = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_PARTITION_KEY_BYTES = 2048;
/** Whether an item can have this partition key. DynamoDB refuses to read by any other. */
export const isPartitionKey = (pk: string): boolean => pk !== '' && Buffer.byteLength(pk) <= MAX_PARTITION_KEY_BYTES;

/**
 * Reads an item with consistency. After a refused condition it tells why, on every DynamoDB. Undefined for a key that no item can have,
 * such as one with a long id from a client, and for an expired item.
 */
export async function read({ client, tableName, clock }: DynamoTable, key: Key): Promise<Item | undefined> {
  if (!isPartitionKey(key.pk)) return undefined;
  const { Item: item } = await client.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }));
  return item && !isExpired(item, clock.now()) ? item : undefined;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MAX_BATCH_GET = 100;

/** Reads items, in no order. Items that do not exist or have expired are left out. */
export async function readMany(
  { client, tableName, clock }: DynamoTable,
  keys: readonly Key[],
  { consistent = false }: { consistent?: boolean } = {},
): Promise<Item[]> {
  const items: Item[] = [];
  const unread: Item[] = keys.map((key) => ({ ...key }));
  let left: Item[] = [];
  while (left.length + unread.length > 0) {
    left.push(...unread.splice(0, MAX_BATCH_GET - left.length));
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys: left, ConsistentRead: consistent } } }),
    );
    items.push(...(Responses?.[tableName] ?? []).filter((item) => !isExpired(item, clock.now())));
    left = UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  return items;
}

/**
 * Writes an item while the condition holds, by default unless there is one that has not expired. Resolves to false when the condition does
 * not hold.
 */
export async function putIf(
  { client, tableName, clock }: DynamoTable,
  item: Item,
  { condition, values }: { condition: string; values?: Item } = {
    condition: 'attribute_not_exists(#pk) OR #expiresAt <= :now',
    values: { ':now': Math.floor(clock.now() / 1000) },
  },
): Promise<boolean> {
  const put = new PutCommand({
    TableName: tableName,
    Item: item,
    ConditionExpression: condition,
    ExpressionAttributeNames: namesIn(condition),
    ...(values && { ExpressionAttributeValues: values }),
  });
  return (await unlessRefused(client.send(put))) !== undefined;
}

/** Deletes an item while the condition holds. Resolves to false when it does not hold. */
export async function deleteIf(
  { client, tableName }: DynamoTable,
  { key, condition, values }: Pick<ConditionalUpdate, 'key' | 'condition' | 'values'>,
): Promise<boolean> {
  const command = new DeleteCommand({
    TableName: tableName,
    Key: key,
    ConditionExpression: condition,
    ExpressionAttributeNames: namesIn(condition),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  });
  return (await unlessRefused(client.send(command))) !== undefined;
}

/** An update that is made only while its condition holds. Every attribute is named `#attribute`. */
export interface ConditionalUpdate {
  key: Key;
  update: string;
  condition: string;
  values: Item;
  /** Aborts the call. Whether the update was made is then unknown. */
  signal?: AbortSignal;
}

/** Resolves to the item after the update, or to undefined when the condition does not hold. */
export async function updateIf(
  { client, tableName }: DynamoTable,
  { key, update, condition, values, signal }: ConditionalUpdate,
): Promise<Item | undefined> {
  const input: UpdateCommandInput = {
    TableName: tableName,
    Key: key,
    UpdateExpression: update,
    ConditionExpression: condition,
    ExpressionAttributeNames: namesIn(`${update} ${condition}`),
    ReturnValues: 'ALL_NEW',
  };
  if (Object.keys(values).length > 0) input.ExpressionAttributeValues = values;
  const answer = await unlessRefused(client.send(new UpdateCommand(input), signal ? { abortSignal: signal } : {}));
  return answer && (answer.Attributes ?? {});
}

async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** The placeholders of an expression: `#status` stands for `status`, because many names are reserved words. */
export function namesIn(expression: string): Record<string, string> {
  return Object.fromEntries([...expression.matchAll(/#(\w+)/g)].map(([name, attribute]) => [name, attribute ?? '']));
}
