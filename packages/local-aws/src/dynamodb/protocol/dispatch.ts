import { createRequire } from 'node:module';
import dynalite from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import { keepAllParsed } from '../operations/parsed-expressions.ts';
import { timeToLive } from '../operations/time-to-live.ts';
import type { DynaliteStore, DynamoError } from '../state/dynalite-store.ts';

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

export type Body = Record<string, unknown>;
type Action = (store: DynaliteStore, data: Body, callback: (error: unknown, result?: unknown) => void) => void;

interface Operation {
  readonly action: Action;
  readonly types: unknown;
  readonly custom: unknown;
}

keepAllParsed();

/** dynalite's own actions and validations, by operation. */
const operations = new Map<string, Operation>();
const require = createRequire(import.meta.url);
for (const name of OPERATIONS) {
  const file = validations.toLowerFirst(name);
  const { types, custom } = require(`dynalite/validations/${file}.js`) as { types: unknown; custom?: unknown };
  operations.set(name, { action: require(`dynalite/actions/${file}.js`) as Action, types, custom });
}

export interface Result {
  readonly status: number;
  readonly body: unknown;
}

/** A result as it leaves: JSON, and what it consumed. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly units?: { readonly read: number; readonly write: number };
}

/** Answers one DynamoDB call. `done` may be called before this returns. */
export function dispatch(
  store: DynaliteStore,
  operation: string,
  text: string,
  answer: (answer: Answer) => void,
): void {
  const done = ({ status, body }: Result) => answer({ status, body: JSON.stringify(body) });
  let request: Body;
  try {
    request = JSON.parse(text === '' ? '{}' : text) as Body;
  } catch {
    done(failure('com.amazon.coral.service#SerializationException', 'The request is not valid JSON'));
    return;
  }
  if (operation === 'UpdateTimeToLive' || operation === 'DescribeTimeToLive') {
    done(timeToLive(store, operation, request));
    return;
  }
  const known = operations.get(operation);
  if (!known) {
    const message = `The DynamoDB operation ${operation} is not part of this local AWS`;
    done(failure('com.amazon.coral.service#UnknownOperationException', message));
    return;
  }
  // dynalite does not know this member, and takes away what it does not know.
  const showsRefused = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  const finish = (error: unknown, result?: unknown) => {
    if (!error) {
      const body = JSON.stringify(result);
      answer({ status: 200, body, units: unitsOf(operation, store, result, body.length) });
    } else if (!isDynamoError(error)) throw error;
    else done({ status: error.statusCode, body: showsRefused ? withRefusedItem(store, request, error) : error.body });
  };
  let data: Body;
  try {
    data = validations.checkTypes(request, known.types);
    validations.checkValidations(data, known.types, known.custom, store);
  } catch (error) {
    finish(error);
    return;
  }
  known.action(store, data, finish);
}

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/** Write units as they were counted; a read's from the size of its answer, taken as eventually consistent. */
function unitsOf(operation: string, store: DynaliteStore, result: unknown, answered: number) {
  const write = store.takeWriteUnits();
  if (!READS.has(operation)) return { read: 0, write };
  const { Items, Count = 0 } = result as { Items?: unknown[]; Count?: number };
  const size = Items ? answered : Math.max(answered, Count * COUNTED_BYTES);
  return { read: Math.max(1, Math.ceil(size / 4096)) / 2, write };
}

/** What a COUNT reads for each entry that it counts. */
const COUNTED_BYTES = 400;

/** Adds the item that refused a write: everything happens in one turn, so it is still as it was. */
function withRefusedItem(store: DynaliteStore, request: Body, error: DynamoError): unknown {
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

const failure = (__type: string, message: string): Result => ({ status: 400, body: { __type, message } });
