import { createRequire } from 'node:module';
import dynalite from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import { internalFailure } from '../../threads/worker-main.ts';
import type { DynaliteStore, DynamoError } from '../state/dynalite-store.ts';
import { type Answer, failure, type Request } from './answer.ts';
import { cacheExpressions } from './expression-cache.ts';
import { timeToLive } from './time-to-live.ts';

const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
] as const;

/** dynalite lacks these; `time-to-live.ts` has them. */
const OWN_OPERATIONS = ['DescribeTimeToLive', 'UpdateTimeToLive'];

export const INTERNAL_ERROR = 'com.amazonaws.dynamodb.v20120810#InternalServerError';

/** The names of all operations in the API. */
export const OPERATION_NAMES: readonly string[] = [...OPERATIONS, ...OWN_OPERATIONS];

type Action = (store: DynaliteStore, data: Request, callback: (error: unknown, result?: unknown) => void) => void;

interface Operation {
  readonly action: Action;
  readonly types: unknown;
  readonly custom: unknown;
}

cacheExpressions();

/** dynalite's actions and validations, by operation. */
const operations = new Map<string, Operation>();
const require = createRequire(import.meta.url);
for (const name of OPERATIONS) {
  const file = validations.toLowerFirst(name);
  const { types, custom } = require(`dynalite/validations/${file}.js`) as { types: unknown; custom?: unknown };
  operations.set(name, { action: require(`dynalite/actions/${file}.js`) as Action, types, custom });
}

/** Runs one operation. `answer` may be called before this returns. */
export function operate(store: DynaliteStore, name: string, request: Request, answer: (answer: Answer) => void): void {
  if (OWN_OPERATIONS.includes(name)) {
    answer(timeToLive(store, name, request));
    return;
  }
  const operation = operations.get(name);
  if (!operation) {
    const message = `The DynamoDB operation ${name} is not part of this local AWS`;
    answer(failure('com.amazon.coral.service#UnknownOperationException', message));
    return;
  }
  // dynalite does not know this member, and removes what it does not know.
  const returnsItem = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  const finish = (error: unknown, result?: unknown) => {
    if (!error) {
      const body = JSON.stringify(result);
      answer({ status: 200, body, units: unitsOf(name, store, result, body.length) });
    } else if (!isDynamoError(error)) answer(internalFailure(INTERNAL_ERROR, error));
    else {
      const body = returnsItem ? withItem(store, request, error) : error.body;
      answer({ status: error.statusCode, body: JSON.stringify(body) });
    }
  };
  let data: Request;
  try {
    data = validations.checkTypes(request, operation.types);
    validations.checkValidations(data, operation.types, operation.custom, store);
  } catch (error) {
    finish(error);
    return;
  }
  operation.action(store, data, finish);
}

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/** What a COUNT is taken to read for each entry that it counts. */
const COUNTED_BYTES = 400;

/** Write units as the store counted them. Read units follow from the size of the response, as for an eventually consistent read. */
function unitsOf(name: string, store: DynaliteStore, result: unknown, responseBytes: number) {
  const write = store.takeWriteUnits();
  if (!READS.has(name)) return { read: 0, write };
  const { Items, Count = 0 } = result as { Items?: unknown[]; Count?: number };
  const size = Items ? responseBytes : Math.max(responseBytes, Count * COUNTED_BYTES);
  return { read: Math.max(1, Math.ceil(size / 4096)) / 2, write };
}

/** Adds the item that failed the condition. Nothing else has run since, so the item is still the same. */
function withItem(store: DynaliteStore, request: Request, error: DynamoError): unknown {
  if (!error.body.__type.endsWith('#ConditionalCheckFailedException')) return error.body;
  const name = String(request.TableName);
  let item: unknown;
  store.getTable(name, (missing, table) => {
    if (missing) return;
    const key = dynalite.createKey(request.Key ?? request.Item, table);
    store.getItemDb(name).get(key, (_error, found) => {
      item = found;
    });
  });
  return item === undefined ? error.body : { ...error.body, Item: item };
}

const isDynamoError = (error: unknown): error is DynamoError =>
  typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error;
