import dynalite from 'dynalite/db/index.js';
import { isObject } from '../../../json.ts';
import type { Attributes } from '../../state/dynalite-store.ts';
import type { Request } from '../answer.ts';
import { dependsOnValues } from '../expression-cache.ts';
import type { Value } from './parse.ts';
import type { Translated } from './translate.ts';

type Parameter = Record<string, unknown>;

/** A place in a parsed expression where the value of a parameter belongs. */
interface Slot {
  readonly parent: Record<string, unknown>;
  readonly member: string;
  readonly parameter: number;
}

/** A `SET` of a parsed update. dynalite's action replaces its value by the result. */
interface Assignment {
  type?: unknown;
  val?: unknown;
}

/** Numbers that dynalite's validation accepts and leaves as they are, though not all of these. */
const PLAIN_NUMBER = /^(?:0|[1-9]\d{0,30})$/;

/**
 * The types of parameters, if they are strings, plain numbers and booleans. Whatever dynalite's validation says of such parameters depends on
 * their types alone, except for the size of an item.
 */
export function signatureOf(parameters: readonly Parameter[]): string | undefined {
  let signature = '';
  for (const parameter of parameters) {
    if (!isObject(parameter)) return undefined;
    let type = '';
    for (const member in parameter) {
      if (type !== '') return undefined;
      type = member;
    }
    const value = parameter[type];
    if (type === 'S' && typeof value === 'string') signature += 'S';
    else if (type === 'N' && typeof value === 'string' && PLAIN_NUMBER.test(value)) signature += 'N';
    else if (type === 'BOOL' && typeof value === 'boolean') signature += 'B';
    else return undefined;
  }
  return signature;
}

/** Makes of a statement's parameters what dynalite's validation would make of its request. Undefined if that must decide. */
export type Direct = (parameters: readonly Parameter[], maxItemSize: number) => Request | undefined;

/**
 * `data` is what dynalite's validation made of the statement with other parameters of the same types. Undefined if parameters must be validated
 * each time.
 */
export function directOf(
  { values, request }: Translated,
  parameters: readonly Parameter[],
  data: Request,
): Direct | undefined {
  const { ConditionExpression = '', UpdateExpression = '' } = request(parameters);
  if (dependsOnValues(`${ConditionExpression} ${UpdateExpression}`)) return undefined;
  const key = attributesOf(values.key, data.Key);
  const item = attributesOf(values.item, data.Item);
  const holes = holesOf(values.expression, data.ExpressionAttributeValues);
  if (!key || !item || !holes) return undefined;
  const slots: Slot[] = [];
  const tree = copied({ _updates: data._updates, _condition: data._condition }, holes, slots) as Request;
  const sections = ((tree._updates as { sections?: Assignment[] } | undefined)?.sections ?? []) as Assignment[];
  const assignments = sections.filter(({ type }) => type === 'set').map((section) => ({ section, val: section.val }));
  const { TableName, ReturnValues } = data;
  return (given, maxItemSize) => {
    for (const { section, val } of assignments) section.val = val;
    for (const { parent, member, parameter } of slots) parent[member] = given[parameter];
    const made: Request = { TableName, ReturnValues };
    if (data.Key) made.Key = filled(key, given);
    if (data.Item) {
      const whole = filled(item, given);
      if (dynalite.itemSize(whole) > maxItemSize) return undefined;
      made.Item = whole;
    }
    if (tree._updates) made._updates = tree._updates;
    if (tree._condition) made._condition = tree._condition;
    return made;
  };
}

/** A parameter by its position, or a value of the statement. */
type Source = readonly [name: string, value: number | Attributes[string]];

function attributesOf(values: readonly (readonly [string, Value])[], valid: unknown): Source[] | undefined {
  const sources: Source[] = [];
  for (const [name, value] of values) {
    // An assignment to this name would set the prototype.
    if (name === '__proto__') return undefined;
    if (value.kind === 'parameter') sources.push([name, value.index]);
    else if (value.kind === 'scalar') sources.push([name, (valid as Attributes)[name] as Attributes[string]]);
    else return undefined;
  }
  return sources;
}

function filled(sources: readonly Source[], parameters: readonly Parameter[]): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of sources) {
    attributes[name] = typeof value === 'number' ? (parameters[value] as Attributes[string]) : value;
  }
  return attributes;
}

/** The values in a parsed expression that are parameters. */
function holesOf(values: readonly Value[], valid: unknown): Map<unknown, number> | undefined {
  const holes = new Map<unknown, number>();
  for (const [at, value] of values.entries()) {
    if (value.kind === 'parameter') holes.set((valid as Record<string, unknown>)[`:v${at}`], value.index);
    else if (value.kind !== 'scalar') return undefined;
  }
  return holes;
}

/** A copy of a parsed expression. The places of parameters are added to `slots`. */
function copied(node: unknown, holes: ReadonlyMap<unknown, number>, slots: Slot[]): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const copy = (Array.isArray(node) ? [] : Object.create(Object.getPrototypeOf(node))) as Record<string, unknown>;
  for (const [member, child] of Object.entries(node)) {
    const parameter = holes.get(child);
    copy[member] = parameter === undefined ? copied(child, holes, slots) : child;
    if (parameter !== undefined) slots.push({ parent: copy, member, parameter });
  }
  return copy;
}
