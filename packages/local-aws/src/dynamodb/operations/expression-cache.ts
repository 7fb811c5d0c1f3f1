import conditionParser from 'dynalite/db/conditionParser.js';
import projectionParser from 'dynalite/db/projectionParser.js';
import updateParser from 'dynalite/db/updateParser.js';

type Value = Record<string, unknown>;

/** What dynalite's validation passes to its parsers. The parser removes what the expression uses from `unused…`. */
export interface Context {
  attrNames?: Record<string, string>;
  attrVals?: Record<string, Value>;
  unusedAttrNames: Record<string, true>;
  unusedAttrVals: Record<string, true>;
  isReserved(name: string): boolean;
  compare(operator: string, first: Value, second: Value): boolean;
}

export interface Parser {
  parse(expression: string, options: { context: Context }): unknown;
}

/** A parsed expression: its tree, with a `Hole` for each value, and the names and values that it uses. */
interface Parsed {
  tree: unknown;
  names: readonly string[];
  values: readonly string[];
}

class Hole {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const MAX_ENTRIES = 1_000;
const READS_VALUES = /\b(between|attribute_type)\b/i;

/** Whether the result of parsing depends on the values, not only on their types. */
export const dependsOnValues = (expression: string): boolean => READS_VALUES.test(expression);

/**
 * Caches what a parser of dynalite returns. dynalite parses the expressions of every call, which takes half of the call's time,
 * though programs send few expressions with changing values. The key is the expression, its names and the types of its values:
 * trees with equal keys differ only in the values. Errors are not cached.
 */
export function cacheParsed(parser: Parser): void {
  const parse = parser.parse.bind(parser);
  const kept = new Map<string, Parsed>();
  parser.parse = (expression, options) => {
    const { context } = options;
    if (dependsOnValues(expression)) return parse(expression, options);
    const key = keyOf(expression, context);
    const known = kept.get(key);
    if (known) {
      use(known, context);
      return filled(known.tree, context.attrVals ?? {});
    }
    // Another expression of the same call may have removed names already.
    const own = { ...context, unusedAttrNames: allOf(context.attrNames), unusedAttrVals: allOf(context.attrVals) };
    const parsed = parse(expression, { context: own });
    if (typeof parsed !== 'object' || parsed === null) return parsed;
    const entry: Parsed = {
      tree: emptied(parsed, holesOf(context.attrVals)),
      names: Object.keys(context.attrNames ?? {}).filter((name) => !(name in own.unusedAttrNames)),
      values: Object.keys(context.attrVals ?? {}).filter((name) => !(name in own.unusedAttrVals)),
    };
    if (kept.size === MAX_ENTRIES) kept.clear();
    kept.set(key, entry);
    use(entry, context);
    return parsed;
  };
}

export function cacheExpressions(): void {
  for (const parser of [conditionParser, updateParser, projectionParser]) cacheParsed(parser);
}

function use({ names, values }: Parsed, { unusedAttrNames, unusedAttrVals }: Context): void {
  for (const name of names) delete unusedAttrNames[name];
  for (const name of values) delete unusedAttrVals[name];
}

const allOf = (named: Record<string, unknown> = {}): Record<string, true> =>
  Object.fromEntries(Object.keys(named).map((name) => [name, true]));

function keyOf(expression: string, { attrNames = {}, attrVals = {} }: Context): string {
  const types = Object.entries(attrVals).map(([name, value]) => `${name} ${Object.keys(value)[0]}`);
  return JSON.stringify([expression, attrNames, types.sort()]);
}

const holesOf = (values: Record<string, Value> = {}): Map<unknown, Hole> =>
  new Map(Object.entries(values).map(([name, value]) => [value, new Hole(name)]));

function emptied(node: unknown, holes: ReadonlyMap<unknown, Hole>): unknown {
  return holes.get(node) ?? copied(node, (child) => emptied(child, holes));
}

function filled(node: unknown, values: Record<string, Value>): unknown {
  if (node instanceof Hole) return values[node.name];
  return copied(node, (child) => filled(child, values));
}

function copied(node: unknown, each: (child: unknown) => unknown): unknown {
  if (Array.isArray(node)) return node.map(each);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.create(Object.getPrototypeOf(node));
  for (const key of Object.keys(node)) copy[key] = each((node as Record<string, unknown>)[key]);
  return copy;
}
