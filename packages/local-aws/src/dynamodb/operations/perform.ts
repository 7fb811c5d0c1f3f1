import { createRequire } from 'node:module';
import dynalite from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import { internalFailure } from '../../threads/worker-main.ts';
import { type Attributes, type DynaliteStore, type DynamoError, kilobytes } from '../state/dynalite-store.ts';
import { type Answer, NO_UNITS, type Request, type Units } from './answer.ts';
import { type Check, withBatchLimit } from './batch-limits.ts';
import { checkTypes } from './check-types.ts';
import { cacheExpressions } from './expression-cache.ts';
import { keepKeys } from './index-entries.ts';

/** The operations of dynalite. */
export const OPERATIONS = [
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

export const INTERNAL_ERROR = 'com.amazonaws.dynamodb.v20120810#InternalServerError';

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

/** What an operation of dynalite came to. `body` is the JSON text of `result` if the units needed it. */
export type Outcome =
  | { readonly result: unknown; readonly body: string | undefined; readonly units: Units }
  | { readonly error: DynamoError; readonly units: Units }
  | { readonly failure: Answer };

/** Runs an operation of dynalite. `done` may be called before this returns; `onValid` is called with what its validation made of the request. */
export function perform(
  store: DynaliteStore,
  name: string,
  request: Request,
  done: (outcome: Outcome) => void,
  onValid?: (data: Request) => void,
): void {
  const { types, custom } = operations.get(name) as Operation;
  let data: Request;
  try {
    data = checkTypes(request, types);
    validations.checkValidations(data, types, custom, store);
  } catch (error) {
    done(isDynamoError(error) ? { error, units: NO_UNITS } : { failure: internalFailure(INTERNAL_ERROR, error) });
    return;
  }
  onValid?.(data);
  // dynalite does not know this member, and removes what it does not know.
  act(store, name, data, request.ReturnValuesOnConditionCheckFailure, done);
}

/** Runs an operation whose request is validated. */
export function act(
  store: DynaliteStore,
  name: string,
  data: Request,
  returnValuesOnConditionCheckFailure: unknown,
  done: (outcome: Outcome) => void,
): void {
  const finish = (error: unknown, result?: unknown) => {
    if (!error) {
      const body = READS.has(name) ? JSON.stringify(result) : undefined;
      done({ result, body, units: unitsOf(store, result, body?.length) });
    } else if (!isDynamoError(error)) done({ failure: internalFailure(INTERNAL_ERROR, error) });
    else if (!error.body.__type.endsWith('#ConditionalCheckFailedException')) done({ error, units: NO_UNITS });
    else {
      // DynamoDB bills a write that its condition refuses by the size of the item that is there, at least one unit:
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
      const item = existingItem(store, data);
      const units = { read: 0, write: item === undefined ? 1 : kilobytes(JSON.stringify(item)) };
      const returnsItem = returnValuesOnConditionCheckFailure === 'ALL_OLD' && item !== undefined;
      done({ error: returnsItem ? { ...error, body: { ...error.body, Item: item } } : error, units });
    }
  };
  (operations.get(name) as Operation).action(store, data, finish);
}

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
function existingItem(store: DynaliteStore, data: Request): unknown {
  const name = String(data.TableName);
  let item: unknown;
  store.getTable(name, (missing, table) => {
    if (missing || !table) return;
    const key = dynalite.createKey((data.Key ?? data.Item) as Attributes, table);
    store.getItemDb(name).get(key, (_error, found) => {
      item = found;
    });
  });
  return item;
}

const isDynamoError = (error: unknown): error is DynamoError =>
  typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error;
