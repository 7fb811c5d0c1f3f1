import { objectOf } from '../../json.ts';
import type { Access } from '../evaluate.ts';
import type { Names } from '../names.ts';
import { type AccessOf, bodyOf, objects, text } from './request.ts';

/** Operations on one table, whose action has their name. */
const ON_TABLE = new Set([
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeContinuousBackups',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'PutItem',
  'UpdateItem',
  'UpdateTable',
  'UpdateTimeToLive',
]);
const ON_INDEX = new Set(['Query', 'Scan']);
const BATCHES = new Set(['BatchGetItem', 'BatchWriteItem']);
const TAGGING = new Set(['ListTagsOfResource', 'TagResource', 'UntagResource']);
/** The actions of a transaction are those of its parts: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html */
const PARTS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** DynamoDB: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
export const dynamodbAccess: AccessOf = (request, names) => {
  const { operation } = request;
  const body = bodyOf(request);
  const action = `dynamodb:${operation}`;
  if (ON_TABLE.has(operation)) return [{ action, resource: tableArn(names, text(body, 'TableName')) }];
  if (ON_INDEX.has(operation)) {
    const index = text(body, 'IndexName');
    return [
      { action, resource: `${tableArn(names, text(body, 'TableName'))}${index === '' ? '' : `/index/${index}`}` },
    ];
  }
  if (BATCHES.has(operation)) {
    return Object.keys(objectOf(body.RequestItems)).map((table) => ({ action, resource: tableArn(names, table) }));
  }
  if (operation === 'TransactGetItems' || operation === 'TransactWriteItems') {
    return distinct(
      objects(body.TransactItems).flatMap((item) =>
        Object.entries(item).map(([part, value]) => ({
          action: `dynamodb:${PARTS[part] ?? part}`,
          resource: tableArn(names, text(objectOf(value), 'TableName')),
        })),
      ),
    );
  }
  if (operation === 'ExecuteStatement') return [partiQl(text(body, 'Statement'), names)];
  if (operation === 'BatchExecuteStatement' || operation === 'ExecuteTransaction') {
    const statements = objects(operation === 'ExecuteTransaction' ? body.TransactStatements : body.Statements);
    return distinct(statements.map((statement) => partiQl(text(statement, 'Statement'), names)));
  }
  if (TAGGING.has(operation)) return [{ action, resource: text(body, 'ResourceArn') }];
  // Lists take no resource.
  if (operation === 'ListTables') return [{ action, resource: '*' }];
  return undefined;
};

function tableArn(names: Names, table: string): string {
  return table.startsWith('arn:') ? table : names.arn('dynamodb', `table/${table}`);
}

const VERBS: Readonly<Record<string, string>> = {
  SELECT: 'PartiQLSelect',
  INSERT: 'PartiQLInsert',
  UPDATE: 'PartiQLUpdate',
  DELETE: 'PartiQLDelete',
  EXISTS: 'PartiQLSelect',
};
/** `SELECT … FROM "t"."index"`, `INSERT INTO "t"`, `UPDATE "t"`, `DELETE FROM "t"`. */
const TARGET = /(?:\bFROM|\bINTO|^\s*UPDATE)\s+"?([\w.-]+?)"?(?:\."?([\w.-]+)"?)?(?=\s|$)/i;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html */
function partiQl(statement: string, names: Names): Access {
  const verb = /^\s*(\w+)/.exec(statement)?.[1]?.toUpperCase() ?? '';
  const [, table = '', index] = TARGET.exec(statement) ?? [];
  return {
    action: `dynamodb:${VERBS[verb] ?? verb}`,
    resource: `${tableArn(names, table)}${index === undefined ? '' : `/index/${index}`}`,
  };
}

/** Batches repeat the same access. */
function distinct(accesses: readonly Access[]): Access[] {
  return [...new Map(accesses.map((access) => [`${access.action} ${access.resource}`, access])).values()];
}
