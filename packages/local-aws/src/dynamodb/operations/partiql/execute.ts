import { isObject } from '../../../json.ts';
import type { DynaliteStore } from '../../state/dynalite-store.ts';
import { type Answer, failure, NO_UNITS, type Request, type Units } from '../answer.ts';
import { act, type Outcome, perform } from '../perform.ts';
import { type Direct, directOf, signatureOf } from './direct.ts';
import { parseStatement, StatementError } from './parse.ts';
import { type Translated, translate } from './translate.ts';

const VALIDATION = 'com.amazon.coral.validate#ValidationException';
const PREFIX = 'com.amazonaws.dynamodb.v20120810#';
const MAX_CACHED = 1_000;
/** What DynamoDB says of a value without a type. */
const EMPTY_VALUE = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes';

interface StatementRequest {
  readonly Statement?: unknown;
  readonly Parameters?: readonly Record<string, unknown>[];
  readonly ConsistentRead?: boolean;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

/** What a statement came to: an item, or an error by the name that its exception has. */
interface Result {
  readonly table?: string;
  /** The JSON of the item. */
  readonly item?: string;
  readonly error?: { readonly name: string; readonly message: string; readonly item?: unknown };
  readonly units: Units;
}

interface Cached {
  readonly translated: Translated;
  readonly parameters: number;
  /** By the types of the parameters. Undefined where they must be validated each time. */
  readonly direct: Map<string, Direct | undefined>;
}

/** Statements by their text. Programs send few statements with changing parameters, and the keys of a table do not change. */
const cache = new Map<string, Cached>();

/** ExecuteStatement: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html */
export function executeStatement(store: DynaliteStore, request: Request): Answer {
  const { item, error, units } = run(store, request as StatementRequest);
  if (!error) return { status: 200, body: `{"Items":[${item ?? ''}]}`, units };
  const type = error.name === 'ValidationException' ? VALIDATION : `${PREFIX}${error.name}`;
  const { message, item: Item } = error;
  return { status: 400, body: JSON.stringify({ __type: type, message, ...(Item !== undefined && { Item }) }), units };
}

/**
 * BatchExecuteStatement: up to 25 statements, all reads or all writes. Each has its own outcome in a response with status 200:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.batching.html
 */
export function batchExecuteStatement(store: DynaliteStore, request: Request): Answer {
  const statements = request.Statements as readonly StatementRequest[] | undefined;
  const most = store.max['dynamodb.batchStatements'];
  if (!Array.isArray(statements) || statements.length === 0 || statements.length > most) {
    const bound = statements && statements.length > 0 ? `less than or equal to ${most}` : 'greater than or equal to 1';
    return failure(
      VALIDATION,
      `1 validation error detected: Value at 'statements' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  const reads = statements.filter(({ Statement }) => /^\s*select\b/i.test(String(Statement))).length;
  if (reads !== 0 && reads !== statements.length) {
    // DynamoDB refuses it; the words are ours.
    return failure(VALIDATION, 'A batch must consist either of read statements or of write statements');
  }
  const results = statements.map((statement) => run(store, statement));
  const units = results.reduce(
    (sum, { units }) => ({ read: sum.read + units.read, write: sum.write + units.write }),
    NO_UNITS,
  );
  return { status: 200, body: `{"Responses":[${results.map(responseOf).join()}]}`, units };
}

/** Error codes: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html */
function responseOf({ table, item, error }: Result): string {
  if (!error) return `{"TableName":${JSON.stringify(table)}${item === undefined ? '' : `,"Item":${item}`}}`;
  const Code = error.name === 'ValidationException' ? 'ValidationError' : error.name.replace(/Exception$/, '');
  return JSON.stringify({
    Error: { Code, Message: error.message, ...(error.item !== undefined && { Item: error.item }) },
    ...(table !== undefined && { TableName: table }),
  });
}

function run(store: DynaliteStore, request: StatementRequest): Result {
  const { Parameters = [] } = request;
  let outcome: Outcome;
  let cached: Cached;
  try {
    cached = translatedOf(store, String(request.Statement ?? ''));
    if (Parameters.length !== cached.parameters) {
      throw new StatementError("Number of parameters in request and statement don't match.");
    }
    if (!Parameters.every(isObject)) throw new StatementError(EMPTY_VALUE);
    outcome = performed(store, cached, request);
  } catch (error) {
    if (error instanceof TableMissing) {
      return { error: { name: 'ResourceNotFoundException', message: 'Requested resource not found' }, units: NO_UNITS };
    }
    if (!(error instanceof StatementError)) throw error;
    return { error: { name: 'ValidationException', message: error.message }, units: NO_UNITS };
  }
  const { operation, table } = cached.translated;
  if ('failure' in outcome) throw new Error(outcome.failure.body);
  if ('error' in outcome) {
    const { __type, message, Item } = outcome.error.body as { __type: string; message?: string; Item?: unknown };
    const name = __type.slice(__type.indexOf('#') + 1);
    if (operation === 'PutItem' && name === 'ConditionalCheckFailedException') {
      const error = { name: 'DuplicateItemException', message: 'Duplicate primary key exists in table' };
      return { table, error, units: outcome.units };
    }
    return { table, error: { name, message: message ?? '', item: Item }, units: outcome.units };
  }
  const { Item, Attributes } = outcome.result as { Item?: unknown; Attributes?: unknown };
  const item = Item ?? Attributes;
  return { table, ...(item !== undefined && { item: store.jsonOf(item) }), units: outcome.units };
}

/** The store answers at once, so an operation has ended when `perform` or `act` returns. */
function performed(store: DynaliteStore, { translated, direct }: Cached, statement: StatementRequest): Outcome {
  const { Parameters = [], ConsistentRead, ReturnValuesOnConditionCheckFailure } = statement;
  const { operation, request } = translated;
  let outcome: Outcome | undefined;
  const done = (ended: Outcome) => {
    outcome = ended;
  };
  if (operation === 'GetItem') perform(store, operation, { ...request(Parameters), ConsistentRead }, done);
  else {
    const signature = signatureOf(Parameters);
    const data = signature === undefined ? undefined : direct.get(signature)?.(Parameters, store.options.maxItemSize);
    if (data) act(store, operation, data, ReturnValuesOnConditionCheckFailure, done);
    else
      perform(store, operation, { ...request(Parameters), ReturnValuesOnConditionCheckFailure }, done, (valid) => {
        if (signature === undefined || direct.has(signature) || direct.size === MAX_CACHED) return;
        direct.set(signature, directOf(translated, Parameters, valid));
      });
  }
  if (!outcome) throw new Error(`${operation} has not answered at once`);
  return outcome;
}

class TableMissing extends Error {}

function translatedOf(store: DynaliteStore, text: string): Cached {
  const known = cache.get(text);
  if (known) return known;
  const { statement, parameters } = parseStatement(text);
  let keyNames: string[] | undefined;
  store.getTable(statement.table, false, (_error, table) => {
    keyNames = table?.KeySchema.map(({ AttributeName }) => AttributeName);
  });
  if (!keyNames) throw new TableMissing();
  const entry = { translated: translate(statement, keyNames), parameters, direct: new Map() };
  if (cache.size === MAX_CACHED) cache.clear();
  cache.set(text, entry);
  return entry;
}
