import { createRequire } from 'node:module';
import dynalite from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import { internalFailure } from '../../threads/worker-main.ts';
import { type Attributes, type DynaliteStore, type DynamoError, kilobytes } from '../state/dynalite-store.ts';
import { type Answer, failure, NO_UNITS, type Request, type Units } from './answer.ts';
import { type Check, withBatchLimit } from './batch-limits.ts';
import { checkTypes } from './check-types.ts';
import { cacheExpressions } from './expression-cache.ts';
import { keepKeys } from './index-entries.ts';
import { batchExecuteStatement, executeStatement } from './partiql/execute.ts';
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

type Own = (store: DynaliteStore, request: Request) => Answer;

/** Operations that dynalite lacks. */
const OWN_OPERATIONS: Readonly<Record<string, Own>> = {
  BatchExecuteStatement: (store, request) => batchExecuteStatement(store, request, perform),
  DescribeTimeToLive: (store, request) => timeToLive(store, 'DescribeTimeToLive', request),
  ExecuteStatement: (store, request) => executeStatement(store, request, perform),
  UpdateTimeToLive: (store, request) => timeToLive(store, 'UpdateTimeToLive', request),
};

export const INTERNAL_ERROR = 'com.amazonaws.dynamodb.v20120810#InternalServerError';

/** The names of all operations in the API. */
export const OPERATION_NAMES: readonly string[] = [...OPERATIONS, ...Object.keys(OWN_OPERATIONS)].sort();

type Action = (store: DynaliteStore, data: Request, callback: (error: unknown, result?: unknown) => void) => void;

interface Operation {
  readonly action: Action;
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom: Check | undefined;
}

cacheExpressions();
keepKeys();

/** dynalite's actions and validations, by operation. */
const operations = new Map<string, Operation>();
const require = createRequire(import.meta.url);
for (const name of OPERATIONS) {
  const file = validations.toLowerFirst(name);
  const { types, custom } = require(`dynalite/validations/${file}.js`) as Pick<Operation, 'types'> & { custom?: Check };
  const action = require(`dynalite/actions/${file}.js`) as Action;
  operations.set(name, { action, types, custom: withBatchLimit(name, custom) });
}

/** Runs one operation. `answer` may be called before this returns. */
export function operate(store: DynaliteStore, name: string, request: Request, answer: (answer: Answer) => void): void {
  const own = OWN_OPERATIONS[name];
  if (own) {
    answer(own(store, request));
    return;
  }
  if (!operations.has(name)) {
    const message = `The DynamoDB operation ${name} is not part of this local AWS`;
    answer(failure('com.amazon.coral.service#UnknownOperationException', message));
    return;
  }
  perform(store, name, request, (outcome) => {
    if ('failure' in outcome) answer(outcome.failure);
    else if ('error' in outcome) {
      answer({ status: outcome.error.statusCode, body: JSON.stringify(outcome.error.body), units: outcome.units });
    } else answer({ status: 200, body: outcome.body ?? JSON.stringify(outcome.result), units: outcome.units });
  });
}

/** What an operation of dynalite came to. `body` is the JSON text of `result` if the units needed it. */
export type Outcome =
  | { readonly result: unknown; readonly body: string | undefined; readonly units: Units }
  | { readonly error: DynamoError; readonly units: Units }
  | { readonly failure: Answer };

export type Perform = (store: DynaliteStore, name: string, request: Request, done: (outcome: Outcome) => void) => void;

const perform: Perform = (store, name, request, done) => {
  const { action, types, custom } = operations.get(name) as Operation;
  // dynalite does not know this member, and removes what it does not know.
  const returnsItem = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  const finish = (error: unknown, result?: unknown) => {
    if (!error) {
      const body = READS.has(name) ? JSON.stringify(result) : undefined;
      done({ result, body, units: unitsOf(store, result, body?.length) });
    } else if (!isDynamoError(error)) done({ failure: internalFailure(INTERNAL_ERROR, error) });
    else if (!error.body.__type.endsWith('#ConditionalCheckFailedException')) done({ error, units: NO_UNITS });
    else {
      // DynamoDB bills a write that its condition refuses by the size of the item that is there, at least one unit:
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
      const item = existingItem(store, request);
      const units = { read: 0, write: item === undefined ? 1 : kilobytes(JSON.stringify(item)) };
      done({
        error: returnsItem && item !== undefined ? { ...error, body: { ...error.body, Item: item } } : error,
        units,
      });
    }
  };
  let data: Request;
  try {
    data = checkTypes(request, types);
    validations.checkValidations(data, types, custom, store);
  } catch (error) {
    finish(error);
    return;
  }
  action(store, data, finish);
};

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/** What a COUNT is taken to read for each entry that it counts. */
const COUNTED_BYTES = 400;

/** Write units as the store counted them. Read units follow from the size of the response, as for an eventually consistent read. */
function unitsOf(store: DynaliteStore, result: unknown, responseBytes: number | undefined): Units {
  const write = store.takeWriteUnits();
  if (responseBytes === undefined) return { read: 0, write };
  const { Items, Count = 0 } = result as { Items?: unknown[]; Count?: number };
  const size = Items ? responseBytes : Math.max(responseBytes, Count * COUNTED_BYTES);
  return { read: Math.max(1, Math.ceil(size / 4096)) / 2, write };
}

/** The item that failed a condition. Nothing else has run since, so it is still the same. */
function existingItem(store: DynaliteStore, request: Request): unknown {
  const name = String(request.TableName);
  let item: unknown;
  store.getTable(name, (missing, table) => {
    if (missing || !table) return;
    const key = dynalite.createKey((request.Key ?? request.Item) as Attributes, table);
    store.getItemDb(name).get(key, (_error, found) => {
      item = found;
    });
  });
  return item;
}

const isDynamoError = (error: unknown): error is DynamoError =>
  typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error;
