import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../clock.ts';

/** Where the ledger lies. */
export interface DynamoTable {
  client: DynamoDBDocumentClient;
  tableName: string;
  clock: Clock;
}

export type Item = Record<string, unknown>;
export interface Key {
  pk: string;
  sk: string;
}
export type QueryInput = Omit<QueryCommandInput, 'TableName'>;

/** An update that is made only while its condition holds. Every attribute is named `#attribute`. */
export interface ConditionalUpdate {
  key: Key;
  update: string;
  condition: string;
  values: Item;
  /** Gives the call up; whether it was made is then unknown. */
  signal?: AbortSignal;
}

/** The item after the update, or undefined when its condition did not hold. */
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
  try {
    const { Attributes } = await client.send(new UpdateCommand(input), signal ? { abortSignal: signal } : {});
    return Attributes ?? {};
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** Reads an item with consistency: after a refused condition this tells why, on every DynamoDB. */
export async function read({ client, tableName }: DynamoTable, key: Key): Promise<Item | undefined> {
  const { Item: item } = await client.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }));
  return item;
}

/** The placeholders of an expression: `#status` stands for `status`, because many names are reserved words. */
export function namesIn(expression: string): Record<string, string> {
  return Object.fromEntries([...expression.matchAll(/#(\w+)/g)].map(([name, attribute]) => [name, attribute ?? '']));
}
