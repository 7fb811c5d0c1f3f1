import jsonata, { type Expression, type ExprNode } from 'jsonata';
import { isObject, type Json } from '../../json.ts';
import { EvaluationError } from '../errors.ts';
import { registerFunctions } from './functions.ts';
import { limitEvaluation } from './limits.ts';

/** The values that expressions can read: `states` and the variables, by name without the `$`. */
export type Bindings = Record<string, unknown>;

/** A compiled `{% … %}` of a definition. */
export interface CompiledExpression {
  readonly source: string;
  /** The value or a promise of it; undefined if the expression returns nothing. */
  evaluate(bindings: Bindings): unknown;
}

const EXPRESSION = /^\{%([\s\S]*)%\}$/;

/** The text between `{%` and `%}`; undefined if the string is not an expression. */
export function expressionSource(text: string): string | undefined {
  return EXPRESSION.exec(text)?.[1]?.trim();
}

const hasOnly = (node: object, allowed: readonly string[]) => Object.keys(node).every((key) => allowed.includes(key));

/** The names of a plain path such as `$states.input.a.b`; undefined for any other expression. */
function plainPath(ast: ExprNode): string[] | undefined {
  // The published types lack 'path'.
  const steps = String(ast.type) === 'path' && hasOnly(ast, ['type', 'steps']) ? ast.steps : [ast];
  const names: string[] = [];
  for (const [i, step] of (steps ?? []).entries()) {
    const fits = step.type === (i === 0 ? 'variable' : 'name') && hasOnly(step, ['type', 'value', 'position']);
    if (!fits || typeof step.value !== 'string' || step.value === '') return undefined;
    names.push(step.value);
  }
  return names;
}

/** The value of a path with an array in it. JSONata maps over such arrays, so it has to evaluate the path. */
const NOT_PLAIN = Symbol('not plain');

function follow(names: readonly string[], bindings: Bindings): unknown {
  let value: unknown = bindings;
  for (const name of names) {
    if (Array.isArray(value)) return NOT_PLAIN;
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/**
 * Compiles an expression. A plain path, which most fields contain, is read directly, because JSONata takes 12 µs for one.
 * @throws an error of JSONata for a syntax error
 */
export function compileExpression(source: string, random: () => number): CompiledExpression {
  const expression: Expression = jsonata(source);
  registerFunctions(expression, random);
  limitEvaluation(expression);
  const slow = (bindings: Bindings) => expression.evaluate(undefined, bindings);
  const names = plainPath(expression.ast());
  if (names === undefined) return { source, evaluate: slow };
  return {
    source,
    evaluate(bindings) {
      const value = follow(names, bindings);
      return value === NOT_PLAIN || typeof value === 'function' ? slow(bindings) : value;
    },
  };
}

/** AWS puts a full stop before a coded error of JSONata and a colon before any other. */
const describe = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return `: ${error}`;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? `. ${code}: ${message}` : `: ${message}`;
};

const isFunction = (value: unknown) =>
  typeof value === 'function' ||
  (isObject(value) && (value._jsonata_lambda === true || value._jsonata_function === true));

/** Evaluates an expression in a field of a state. @throws EvaluationError with AWS's message, which contains the field */
export async function evaluateField(compiled: CompiledExpression, bindings: Bindings, field: string): Promise<Json> {
  const subject = `The JSONata expression '${compiled.source}' specified for the field '${field}'`;
  let value: unknown;
  try {
    value = compiled.evaluate(bindings);
    if (value instanceof Promise) value = await value;
  } catch (error) {
    throw new EvaluationError(`${subject} threw an error during evaluation${describe(error)}`, field);
  }
  if (value === undefined) throw new EvaluationError(`${subject} returned nothing (undefined).`, field);
  if (isFunction(value)) throw new EvaluationError(`${subject} returned an unsupported result type.`, field);
  return value as Json;
}
