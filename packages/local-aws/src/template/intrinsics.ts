import { isObject, type Json, type JsonObject } from '../json.ts';
import { NotEmulated, TemplateError } from './errors.ts';

/** The names that intrinsic functions refer to. */
export interface Scope {
  ref(name: string): Json;
  attribute(logicalId: string, attribute: string): string;
  condition(name: string): boolean;
  map(name: string, first: string, second: string): Json;
  /** Replaces AWS addresses of resources of this stack in a text by local ones. */
  withLocalAddresses(text: string): string;
}

/** `Ref: AWS::NoValue` removes the property. */
export const NO_VALUE = Symbol('AWS::NoValue');
export type Resolved = Json | typeof NO_VALUE;

/** Receives the path of a value that is not emulated, and the reason. */
export type OmitValue = (where: string, reason: string) => void;

/**
 * Replaces every intrinsic function in `value` by its result. Errors contain `where`. With `omitValue`, members and items that are
 * not emulated are omitted and reported; without it NotEmulated is thrown.
 */
export function resolve(value: Json, scope: Scope, where: string, omitValue?: OmitValue): Resolved {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => resolve(item, scope, `${where}[${index}]`, omitValue))
      .filter((item) => item !== NO_VALUE);
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
    try {
      return callFunction(only[0], only[1], scope, where);
    } catch (error) {
      if (!(error instanceof NotEmulated) || !omitValue) throw error;
      omitValue(where, error.message);
      return NO_VALUE;
    }
  }
  const result: JsonObject = {};
  for (const [key, member] of entries) {
    const resolved = resolve(member, scope, `${where}.${key}`, omitValue);
    if (resolved !== NO_VALUE) result[key] = resolved;
  }
  return result;
}

/** Resolves a required value. Throws NotEmulated and TemplateError. */
export function resolveValue(value: Json, scope: Scope, where: string): Json {
  const resolved = resolve(value, scope, where);
  if (resolved === NO_VALUE) throw new TemplateError(`${where}: AWS::NoValue where a value is needed`);
  return resolved;
}

/** Whether a condition of the template is true. */
export function evaluateCondition(value: Json, scope: Scope, where: string): boolean {
  if (typeof value === 'boolean') return value;
  const [entry] = isObject(value) ? Object.entries(value) : [];
  if (!entry) throw new TemplateError(`${where}: not a condition`);
  const [name, argument] = entry;
  if (name === 'Condition' && typeof argument === 'string') return scope.condition(argument);
  const operands = asList(argument, where);
  const each = (item: Json) => evaluateCondition(item, scope, where);
  if (name === 'Fn::And') return operands.every(each);
  if (name === 'Fn::Or') return operands.some(each);
  if (name === 'Fn::Not') return !operands.some(each);
  if (name === 'Fn::Equals') {
    const [left, right] = operands.map((item) => resolveValue(item, scope, where));
    return JSON.stringify(left) === JSON.stringify(right);
  }
  throw new NotEmulated(`the condition function ${name} is not emulated`);
}

function callFunction(name: string, argument: Json, scope: Scope, where: string): Resolved {
  const list = () => asList(argument, where).map((item) => resolveValue(item, scope, where));
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? NO_VALUE : scope.ref(asText(argument, where));
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = typeof argument === 'string' ? splitOnce(argument, '.') : list();
      return scope.attribute(asText(logicalId, where), asText(attribute, where));
    }
    case 'Fn::Sub':
      return substitute(argument, scope, where);
    case 'Fn::Join': {
      const [separator, items] = list();
      const parts = asList(items, where).map((item) => asText(item, where));
      return scope.withLocalAddresses(parts.join(asText(separator, where)));
    }
    case 'Fn::Split': {
      const [separator, text] = list();
      return asText(text, where).split(asText(separator, where));
    }
    case 'Fn::Select': {
      const [index, items] = list();
      const item = asList(items, where)[Number(index)];
      if (item === undefined) throw new TemplateError(`${where}: Fn::Select found nothing at ${String(index)}`);
      return item;
    }
    case 'Fn::If': {
      const [condition, whenTrue, whenFalse] = asList(argument, where);
      const chosen = scope.condition(asText(condition, where)) ? whenTrue : whenFalse;
      if (chosen === undefined) throw new TemplateError(`${where}: Fn::If needs three arguments`);
      return resolve(chosen, scope, where);
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = list();
      return scope.map(asText(map, where), asText(first, where), asText(second, where));
    }
    case 'Fn::Base64':
      return Buffer.from(asText(resolveValue(argument, scope, where), where)).toString('base64');
    default:
      throw new NotEmulated(`the intrinsic function ${name} is not emulated`);
  }
}

function substitute(argument: Json, scope: Scope, where: string): string {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = isObject(variables) ? variables : {};
  const filled = asText(text, where).replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const variable = own[name];
    if (variable !== undefined) return asText(resolveValue(variable, scope, where), where);
    if (!name.includes('.')) return asText(scope.ref(name), where);
    const [logicalId, attribute] = splitOnce(name, '.');
    return scope.attribute(asText(logicalId, where), asText(attribute, where));
  });
  return scope.withLocalAddresses(filled);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

function asList(value: Json | undefined, where: string): Json[] {
  if (!Array.isArray(value)) throw new TemplateError(`${where}: a list is needed, not ${JSON.stringify(value)}`);
  return value;
}

function asText(value: Json | undefined, where: string): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') throw new TemplateError(`${where}: text is needed, not ${JSON.stringify(value)}`);
  return value;
}
