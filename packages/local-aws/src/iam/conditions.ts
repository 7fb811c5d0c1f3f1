import { BlockList, isIP } from 'node:net';
import { isObject, type Json } from '../json.ts';
import { TemplateError } from '../template/errors.ts';
import { arnPattern, type Context, hasVariables, wildcard, withVariables } from './patterns.ts';

/** Whether a value of the request fits a value of the policy. */
type Fits = (wanted: string, actual: string) => boolean;

const numeric =
  (fits: (wanted: number, actual: number) => boolean): Fits =>
  (wanted, actual) =>
    fits(Number(wanted), Number(actual));

/** A date is ISO 8601 or the seconds since the epoch. */
const timeOf = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));
const date =
  (fits: (wanted: number, actual: number) => boolean): Fits =>
  (wanted, actual) =>
    fits(timeOf(wanted), timeOf(actual));

const equal = (a: number, b: number) => a === b;
const inRange: Fits = (range, address) => {
  const [net = '', bits] = range.split('/');
  const family = isIP(net) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(net, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
};

/**
 * The condition operators. One that begins with Not or contains it holds if no value of the policy fits.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const OPERATORS: Readonly<Record<string, Fits>> = {
  StringEquals: (wanted, actual) => wanted === actual,
  StringEqualsIgnoreCase: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  StringLike: (wanted, actual) => wildcard(wanted)(actual),
  NumericEquals: numeric(equal),
  NumericLessThan: numeric((wanted, actual) => actual < wanted),
  NumericLessThanEquals: numeric((wanted, actual) => actual <= wanted),
  NumericGreaterThan: numeric((wanted, actual) => actual > wanted),
  NumericGreaterThanEquals: numeric((wanted, actual) => actual >= wanted),
  DateEquals: date(equal),
  DateLessThan: date((wanted, actual) => actual < wanted),
  DateLessThanEquals: date((wanted, actual) => actual <= wanted),
  DateGreaterThan: date((wanted, actual) => actual > wanted),
  DateGreaterThanEquals: date((wanted, actual) => actual >= wanted),
  Bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  BinaryEquals: (wanted, actual) => wanted === actual,
  IpAddress: inRange,
  ArnEquals: (wanted, actual) => arnPattern(wanted)(actual),
  ArnLike: (wanted, actual) => arnPattern(wanted)(actual),
};
const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

export interface Condition {
  /** In lower case. */
  readonly key: string;
  readonly holds: (context: Context) => boolean;
}

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

/** The Condition element of a statement. Throws TemplateError if an operator is not known, because AWS refuses such a policy. */
export function conditionsOf(element: Json | undefined, where: string): Condition[] {
  if (element === undefined) return [];
  if (!isObject(element)) throw new TemplateError(`${where}: Condition must be an object`);
  return Object.entries(element).flatMap(([operator, keys]) => {
    if (!isObject(keys)) throw new TemplateError(`${where}: the condition ${operator} must be an object`);
    return Object.entries(keys).map(([key, value]) => condition(operator, key, [value].flat().map(String), where));
  });
}

function condition(operator: string, name: string, wanted: readonly string[], where: string): Condition {
  const key = name.toLowerCase();
  const [, set, base = '', ifExists] = OPERATOR.exec(operator) ?? [];
  if (base === 'Null' && set === undefined) {
    return { key, holds: (context) => wanted.includes(String(context[key] === undefined)) };
  }
  const isNegated = NEGATED[base] !== undefined;
  const fits = OPERATORS[NEGATED[base] ?? base];
  if (!fits) throw new TemplateError(`${where}: the condition operator ${operator} is not known`);
  const holds = (context: Context): boolean => {
    const actual = context[key];
    if (actual === undefined)
      return set === 'ForAllValues' || ifExists !== undefined || (isNegated && set === undefined);
    const values = wanted.flatMap((value) => (hasVariables(value) ? (withVariables(value, context) ?? []) : value));
    const one = (text: string) => values.some((value) => fits(value, text)) !== isNegated;
    const texts = [actual].flat();
    // Without ForAnyValue a negated operator must hold for each value of the request.
    return set === 'ForAllValues' || (isNegated && set === undefined) ? texts.every(one) : texts.some(one);
  };
  return { key, holds };
}
