import type { Request } from '../answer.ts';
import { type Condition, type Operand, type Path, type Statement, StatementError, type Value } from './parse.ts';

/** A statement as the operation with conditions that does the same, and what to make of its answer. */
export interface Translated {
  readonly table: string;
  readonly reads: boolean;
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'GetItem';
  /** Of the request: its key, its item, and the values of its expressions `:v0`, `:v1` and so on. */
  readonly values: {
    readonly key: readonly (readonly [string, Value])[];
    readonly item: readonly (readonly [string, Value])[];
    readonly expression: readonly Value[];
  };
  /** Builds the request. There is a parameter for each `?`. Throws `StatementError` if a value cannot be built. */
  request(parameters: readonly Record<string, unknown>[]): Request;
}

/** The names of the key attributes of a table, in the order of the key schema. */
export type KeyNames = readonly string[];

const IS_TYPES: Record<string, string> = {
  NULL: 'NULL',
  BOOL: 'BOOL',
  BOOLEAN: 'BOOL',
  STRING: 'S',
  NUMBER: 'N',
  BINARY: 'B',
  LIST: 'L',
  MAP: 'M',
};
const MANDATORY_KEY = 'Where clause does not contain a mandatory equality on all key attributes';
const SELECT_KEY = 'Select statements within BatchExecuteStatement must specify the primary key in the where clause.';

/**
 * Translates a statement for a table with these keys. DynamoDB's rules: a write names the whole key in WHERE, what else stands there is
 * its condition, and a write never creates an item that is missing
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.update.html).
 */
export function translate(statement: Statement, keyNames: KeyNames): Translated {
  const { table, kind } = statement;
  if (kind === 'INSERT') {
    const { item } = statement;
    if (item.kind !== 'map') throw new StatementError('Unsupported data type under key root');
    return {
      table,
      reads: false,
      operation: 'PutItem',
      values: { key: [], item: item.entries, expression: [] },
      request: (parameters) => ({
        TableName: table,
        Item: resolved(item, parameters).M,
        ConditionExpression: 'attribute_not_exists(#k)',
        ExpressionAttributeNames: { '#k': keyNames[0] },
      }),
    };
  }
  const { key, rest } = splitKey(statement.where, keyNames, kind === 'SELECT' ? SELECT_KEY : MANDATORY_KEY);
  const expression = new Expression();
  const values = { key, item: [], expression: expression.values };
  const exists: Condition = {
    kind: 'call',
    name: 'attribute_exists',
    args: [{ kind: 'path', path: [keyNames[0] as string] }],
  };
  /** A missing item fails every condition. */
  const onItem: Condition = rest ? { kind: 'and', left: exists, right: rest } : exists;
  const keyOf = (parameters: readonly Record<string, unknown>[]) =>
    Object.fromEntries(key.map(([name, value]) => [name, resolved(value, parameters)]));
  if (kind === 'SELECT') {
    if (rest) throw new StatementError('A SELECT with conditions beside the primary key is not part of this local AWS');
    const projection = statement.paths.map((path) => expression.path(path)).join(', ');
    return {
      table,
      reads: true,
      operation: 'GetItem',
      values,
      request: (parameters) => ({
        TableName: table,
        Key: keyOf(parameters),
        ...(projection && { ProjectionExpression: projection }),
        ...expression.names(),
      }),
    };
  }
  const { returning } = statement;
  if (kind === 'DELETE') {
    // A DELETE without a further condition succeeds if there is no item.
    const condition = rest && expression.condition(onItem);
    if (returning && (returning.which !== 'ALL' || returning.when !== 'OLD'))
      throw new StatementError('Unsupported RETURNING clause');
    return {
      table,
      reads: false,
      operation: 'DeleteItem',
      values,
      request: (parameters) => ({
        TableName: table,
        Key: keyOf(parameters),
        ...(condition && { ConditionExpression: condition }),
        ...(returning && { ReturnValues: 'ALL_OLD' }),
        ...expression.attributes(parameters),
      }),
    };
  }
  const update = expression.update(statement);
  const condition = expression.condition(onItem);
  return {
    table,
    reads: false,
    operation: 'UpdateItem',
    values,
    request: (parameters) => ({
      TableName: table,
      Key: keyOf(parameters),
      UpdateExpression: update,
      ConditionExpression: condition,
      ...(returning && { ReturnValues: `${returning.which === 'ALL' ? 'ALL' : 'UPDATED'}_${returning.when}` }),
      ...expression.attributes(parameters),
    }),
  };
}

/** Takes the equalities on the key out of the terms that AND joins. */
function splitKey(where: Condition, keyNames: KeyNames, message: string) {
  const key = new Map<string, Value>();
  let rest: Condition | undefined;
  const terms: Condition[] = [];
  const collect = (condition: Condition): void => {
    if (condition.kind !== 'and') {
      terms.push(condition);
      return;
    }
    collect(condition.left);
    collect(condition.right);
  };
  collect(where);
  for (const term of terms) {
    const equality = keyEquality(term, keyNames);
    if (equality && !key.has(equality[0])) key.set(...equality);
    else rest = rest ? { kind: 'and', left: rest, right: term } : term;
  }
  if (key.size !== keyNames.length) throw new StatementError(message);
  return { key: [...key], rest };
}

function keyEquality(term: Condition, keyNames: KeyNames): [string, Value] | undefined {
  if (term.kind !== 'compare' || term.operator !== '=') return;
  const [path, value] = term.left.kind === 'path' ? [term.left, term.right] : [term.right, term.left];
  if (path.kind !== 'path' || value.kind !== 'value' || path.path.length !== 1) return;
  const name = String(path.path[0]);
  return keyNames.includes(name) ? [name, value.value] : undefined;
}

/** Writes expressions of UpdateItem with placeholders for names and values. The same statement always gives the same text. */
class Expression {
  private readonly nameOf = new Map<string, string>();
  readonly values: Value[] = [];

  update({ set, remove }: Extract<Statement, { kind: 'UPDATE' }>): string {
    const clauses: Record<'SET' | 'REMOVE' | 'ADD' | 'DELETE', string[]> = { SET: [], REMOVE: [], ADD: [], DELETE: [] };
    for (const { path, operand } of set) {
      if (operand.kind === 'call' && (operand.name === 'set_add' || operand.name === 'set_delete')) {
        clauses[operand.name === 'set_add' ? 'ADD' : 'DELETE'].push(this.setChange(path, operand));
      } else clauses.SET.push(`${this.path(path)} = ${this.operand(operand)}`);
    }
    for (const path of remove) clauses.REMOVE.push(this.path(path));
    return Object.entries(clauses)
      .flatMap(([name, parts]) => (parts.length > 0 ? [`${name} ${parts.join(', ')}`] : []))
      .join(' ');
  }

  condition(condition: Condition): string {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const side = (part: Condition) =>
          condition.kind === 'and' && part.kind === 'or' ? `(${this.condition(part)})` : this.condition(part);
        return `${side(condition.left)} ${condition.kind.toUpperCase()} ${side(condition.right)}`;
      }
      case 'not':
        return `NOT (${this.condition(condition.condition)})`;
      case 'compare':
        return `${this.operand(condition.left)} ${condition.operator} ${this.operand(condition.right)}`;
      case 'between':
        return `${this.operand(condition.operand)} BETWEEN ${this.operand(condition.low)} AND ${this.operand(condition.high)}`;
      case 'in':
        return `${this.operand(condition.operand)} IN (${condition.members.map((member) => this.operand(member)).join(', ')})`;
      case 'is':
        return this.is(condition);
      case 'call':
        return this.operand(condition);
    }
  }

  path(path: Path): string {
    return path
      .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at > 0 ? '.' : ''}${this.name(part)}`))
      .join('');
  }

  names() {
    if (this.nameOf.size === 0) return {};
    return { ExpressionAttributeNames: Object.fromEntries([...this.nameOf].map(([name, mark]) => [mark, name])) };
  }

  attributes(parameters: readonly Record<string, unknown>[]) {
    const values = this.values.map((value, at) => [`:v${at}`, resolved(value, parameters)] as const);
    return { ...this.names(), ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }) };
  }

  private is({ path, type }: Extract<Condition, { kind: 'is' }>): string {
    if (type === 'MISSING') return `attribute_not_exists(${this.path(path)})`;
    const letters = IS_TYPES[type];
    if (letters === undefined) throw new StatementError(`Unsupported type: ${type}`);
    return `attribute_type(${this.path(path)}, ${this.value({ kind: 'scalar', value: { S: letters } })})`;
  }

  private operand(operand: Operand): string {
    switch (operand.kind) {
      case 'path':
        return this.path(operand.path);
      case 'value':
        return this.value(operand.value);
      case 'sum':
        return `${this.operand(operand.left)} ${operand.operator} ${this.operand(operand.right)}`;
      case 'call':
        return `${operand.name}(${operand.args.map((arg) => this.operand(arg)).join(', ')})`;
    }
  }

  private setChange(path: Path, { name, args }: Extract<Operand, { kind: 'call' }>): string {
    const [first, second] = args;
    const upper = name.toUpperCase();
    if (args.length !== 2 || !first || !second) throw new StatementError(`${upper} must have exactly two arguments`);
    if (first.kind !== 'path' || JSON.stringify(first.path) !== JSON.stringify(path)) {
      throw new StatementError(`The first argument to ${upper} must equal the assignment value`);
    }
    if (second.kind !== 'value')
      throw new StatementError(`The second argument to ${upper} must be a value with type SET`);
    return `${this.path(path)} ${this.value(second.value)}`;
  }

  private name(name: string): string {
    const known = this.nameOf.get(name) ?? `#n${this.nameOf.size}`;
    this.nameOf.set(name, known);
    return known;
  }

  private value(value: Value): string {
    this.values.push(value);
    return `:v${this.values.length - 1}`;
  }
}

/** The value in DynamoDB's JSON. */
function resolved(value: Value, parameters: readonly Record<string, unknown>[]): Record<string, unknown> {
  switch (value.kind) {
    case 'scalar':
      return value.value;
    case 'parameter':
      return parameters[value.index] as Record<string, unknown>;
    case 'list':
      return { L: value.members.map((member) => resolved(member, parameters)) };
    case 'map':
      return { M: Object.fromEntries(value.entries.map(([name, member]) => [name, resolved(member, parameters)])) };
    case 'set': {
      const members = value.members.map(
        (member) => Object.entries(resolved(member, parameters))[0] as [string, unknown],
      );
      const type = members[0]?.[0];
      if (members.some(([other]) => other !== type)) throw new StatementError('Members of a set must have one type');
      return { [`${type}S`]: members.map(([, member]) => member) };
    }
  }
}
