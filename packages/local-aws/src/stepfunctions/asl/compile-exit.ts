import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { Template } from '../jsonata/template.ts';
import type { Compilation } from './compile.ts';
import type { StateContext } from './context.ts';
import type { Assignment, Catcher, Exit, Retrier } from './types.ts';

/** A field that may contain expressions; undefined if it is missing. */
export function template(context: StateContext, compilation: Compilation, field: string): Template | undefined {
  const raw = context.raw[field];
  if (raw === undefined) return undefined;
  return context.isJsonata ? compilation.templates.compile(raw, field) : compilation.templates.literal(raw, field);
}

const VARIABLE = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

function assignments(raw: Json | undefined, field: string, place: string, compilation: Compilation): Assignment[] {
  if (raw === undefined) return [];
  if (!isObject(raw)) {
    compilation.problem(place, 'Assign must be an object');
    return [];
  }
  return Object.entries(raw).map(([name, value]) => {
    if (name === 'states' || !VARIABLE.test(name)) compilation.problem(place, `'${name}' is not a valid variable name`);
    return { name, value: compilation.templates.compile(value, `${field}/${name}`) };
  });
}

/** Output, Assign and Next of a state, a choice rule or a catcher. `at` is the path of its fields in the state: `Catch[0]`. */
export function exit(raw: JsonObject, context: StateContext, compilation: Compilation, at = ''): Exit {
  const prefix = at === '' ? '' : `${at}/`;
  const output = raw.Output === undefined ? undefined : compilation.templates.compile(raw.Output, `${prefix}Output`);
  const assign = assignments(raw.Assign, `${prefix}Assign`, `${context.place}/${prefix}Assign`, compilation);
  return { output, assign, next: typeof raw.Next === 'string' ? raw.Next : undefined };
}

function numberField(
  raw: JsonObject,
  name: string,
  fallback: number,
  least: number,
  place: string,
  c: Compilation,
): number {
  const value = raw[name];
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value >= least) return value;
  c.problem(`${place}/${name}`, `${name} must be a number of at least ${least}`);
  return fallback;
}

function errorNames(raw: Json, place: string, compilation: Compilation): string[] {
  const names = isObject(raw) && Array.isArray(raw.ErrorEquals) ? raw.ErrorEquals : [];
  if (names.length === 0 || !names.every((name) => typeof name === 'string')) {
    compilation.problem(`${place}/ErrorEquals`, 'ErrorEquals must be a list of error names');
  }
  if (names.includes('States.ALL') && names.length > 1) {
    compilation.problem(`${place}/ErrorEquals`, 'States.ALL must be the only name in its ErrorEquals');
  }
  return names.map(String);
}

function list(context: StateContext, field: string, compilation: Compilation): Json[] {
  const raw = context.raw[field] ?? [];
  if (Array.isArray(raw)) {
    const all = raw.findIndex(
      (entry) => isObject(entry) && Array.isArray(entry.ErrorEquals) && entry.ErrorEquals.includes('States.ALL'),
    );
    if (all >= 0 && all < raw.length - 1)
      compilation.problem(`${context.place}/${field}`, 'States.ALL must be in the last entry');
    return raw;
  }
  compilation.problem(`${context.place}/${field}`, `${field} must be a list`);
  return [];
}

const RETRY_FIELDS = [
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
  'Comment',
];

export function retriers(context: StateContext, compilation: Compilation): Retrier[] {
  return list(context, 'Retry', compilation).map((raw, i) => {
    const place = `${context.place}/Retry[${i}]`;
    const fields = isObject(raw) ? raw : {};
    for (const field of Object.keys(fields)) {
      if (!RETRY_FIELDS.includes(field))
        compilation.problem(`${place}/${field}`, `The field '${field}' of Retry is not supported`);
    }
    const jitter = fields.JitterStrategy ?? 'NONE';
    if (jitter !== 'NONE' && jitter !== 'FULL')
      compilation.problem(`${place}/JitterStrategy`, 'JitterStrategy must be FULL or NONE');
    const delay = numberField(fields, 'MaxDelaySeconds', 0, 1, place, compilation);
    return {
      errors: errorNames(raw, place, compilation),
      intervalSeconds: numberField(fields, 'IntervalSeconds', 1, 1, place, compilation),
      maxAttempts: numberField(fields, 'MaxAttempts', 3, 0, place, compilation),
      backoffRate: numberField(fields, 'BackoffRate', 2, 1, place, compilation),
      maxDelaySeconds: delay === 0 ? undefined : delay,
      fullJitter: jitter === 'FULL',
    };
  });
}

const CATCH_FIELDS = ['ErrorEquals', 'Next', 'Output', 'Assign', 'Comment'];

export function catchers(context: StateContext, compilation: Compilation): Catcher[] {
  return list(context, 'Catch', compilation).map((raw, i) => {
    const place = `${context.place}/Catch[${i}]`;
    const fields = isObject(raw) ? raw : {};
    for (const field of Object.keys(fields)) {
      if (!CATCH_FIELDS.includes(field))
        compilation.problem(`${place}/${field}`, `The field '${field}' of Catch is not supported`);
    }
    return { ...exit(fields, context, compilation, `Catch[${i}]`), errors: errorNames(raw, place, compilation) };
  });
}
