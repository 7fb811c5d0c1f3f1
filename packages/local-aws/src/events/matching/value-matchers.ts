import { isObject, type Json } from '../../json.ts';

/** A pattern that EventBridge would refuse. */
export class PatternError extends Error {
  override readonly name = 'InvalidEventPatternException';
}

type ValueTest = (value: Json) => boolean;
/** The value is `undefined` if the event does not have the field. */
type FieldTest = (value: Json | undefined) => boolean;

/** Compiles the list of alternatives for a field. */
export function fieldMatcher(alternatives: readonly Json[], name: string): FieldTest {
  if (alternatives.length === 0)
    throw new PatternError(`Event pattern is not valid. Reason: "${name}" is an empty array`);
  const tests = alternatives.map((alternative) => fieldTest(alternative, name));
  return (value) => tests.some((matches) => matches(value));
}

function fieldTest(alternative: Json, name: string): FieldTest {
  if (isObject(alternative) && 'exists' in alternative) {
    const wanted = alternative.exists === true;
    // `exists` only applies to leaves: a field with an object counts as absent.
    return (value) => (value !== undefined && !isObject(value)) === wanted;
  }
  const matches = isObject(alternative) ? operatorTest(alternative, name) : equals(alternative);
  return (value) => {
    if (value === undefined) return false;
    return Array.isArray(value) ? value.some(matches) : matches(value);
  };
}

function operatorTest(operator: { [key: string]: Json }, name: string): ValueTest {
  const [entry, ...more] = Object.entries(operator);
  if (!entry || more.length > 0) throw invalid(name, 'an operator has exactly one member');
  const [kind, argument] = entry;
  switch (kind) {
    case 'prefix':
      return affix(argument, name, (value, part) => value.startsWith(part));
    case 'suffix':
      return affix(argument, name, (value, part) => value.endsWith(part));
    case 'equals-ignore-case':
      return text(argument, name, (value, wanted) => value.toLowerCase() === wanted.toLowerCase());
    case 'wildcard':
      return wildcard(argument, name);
    case 'numeric':
      return numeric(argument, name);
    case 'anything-but':
      return anythingBut(argument, name);
    case 'cidr':
      return cidr(argument, name);
    default:
      throw invalid(name, `Unrecognized match type ${kind}`);
  }
}

const equals =
  (wanted: Json): ValueTest =>
  (value) =>
    value === wanted;

function text(argument: Json | undefined, name: string, test: (value: string, wanted: string) => boolean): ValueTest {
  if (typeof argument !== 'string') throw invalid(name, 'text is needed');
  return (value) => typeof value === 'string' && test(value, argument);
}

function affix(argument: Json | undefined, name: string, test: (value: string, part: string) => boolean): ValueTest {
  if (!isObject(argument)) return text(argument, name, test);
  return text(argument['equals-ignore-case'], name, (value, part) => test(value.toLowerCase(), part.toLowerCase()));
}

function wildcard(argument: Json | undefined, name: string): ValueTest {
  if (typeof argument !== 'string') throw invalid(name, 'a wildcard is text');
  const source = argument.replace(/\\([*\\])|([.*+?^${}()|[\]\\])/g, (_whole, escaped?: string, special?: string) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return special === '*' ? '[\\s\\S]*' : `\\${special}`;
  });
  const pattern = new RegExp(`^${source}$`);
  return (value) => typeof value === 'string' && pattern.test(value);
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(argument: Json | undefined, name: string): ValueTest {
  if (!Array.isArray(argument) || argument.length === 0 || argument.length % 2 !== 0) {
    throw invalid(name, 'numeric needs pairs of a comparison and a number');
  }
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < argument.length; at += 2) {
    const compare = COMPARISONS[String(argument[at])];
    const bound = argument[at + 1];
    if (!compare || typeof bound !== 'number') throw invalid(name, 'numeric needs pairs of a comparison and a number');
    tests.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function anythingBut(argument: Json | undefined, name: string): ValueTest {
  if (isObject(argument)) {
    const [entry] = Object.entries(argument);
    if (!entry) throw invalid(name, 'anything-but is empty');
    const [kind, operand] = entry;
    if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(kind)) {
      throw invalid(name, `anything-but cannot hold ${kind}`);
    }
    const excluded = (Array.isArray(operand) ? operand : [operand]).map((item) => operatorTest({ [kind]: item }, name));
    return (value) => !excluded.some((matches) => matches(value));
  }
  const excluded: (Json | undefined)[] = Array.isArray(argument) ? argument : [argument];
  if (excluded.some((value) => typeof value !== 'string' && typeof value !== 'number')) {
    throw invalid(name, 'anything-but takes text or numbers');
  }
  return (value) => !excluded.includes(value);
}

function cidr(argument: Json | undefined, name: string): ValueTest {
  const match = typeof argument === 'string' ? /^(\d+(?:\.\d+){3})\/(\d{1,2})$/.exec(argument) : null;
  if (!match?.[1]) throw invalid(name, 'cidr needs an IPv4 block');
  const size = 2 ** (32 - Number(match[2]));
  const block = Math.floor(ipv4(match[1]) / size);
  return (value) => typeof value === 'string' && Math.floor(ipv4(value) / size) === block;
}

function ipv4(address: string): number {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return Number.NaN;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

const invalid = (name: string, reason: string) =>
  new PatternError(`Event pattern is not valid. Reason: at "${name}": ${reason}`);
