import { z } from 'zod';
import { type ErrorCode, PregonError } from '../core/errors.ts';

/** An optional member of a JSON body. Null counts as left out, because many clients write every member. */
export const optional = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? undefined);

/** A form or a query sends an empty field where its user entered nothing. */
export const optionalField = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** The `limit` of a list. */
export const pageSize = (most: number, byDefault: number) => {
  const max = most.toLocaleString('en-US');
  return z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(most, `must be at most ${max}`)
    .default(byDefault)
    .meta({
      description: `Page size, at most ${max}`,
      override: { type: 'integer', minimum: 1, maximum: most, default: byDefault },
    });
};

/** At most so many characters as JSON Schema counts them: a character outside the BMP counts once, where `max` counts it twice. */
export const atMost = (schema: z.ZodString, characters: number, message = `at most ${characters} characters`) =>
  schema
    .refine((text) => text.length <= characters || [...text].length <= characters, message)
    .meta({ override: { maxLength: characters } });

/**
 * Text of characters outside these ranges. The pattern is in the regular expressions that JSON Schema tools share, which have no `\p{Cc}`.
 */
export const textWithout = (ranges: string, message: string, count = '*') =>
  z.string().regex(new RegExp(`^[^${ranges}]${count}$`, 'u'), message);

export const CONTROL = String.raw`\u0000-\u001f\u007f-\u009f`;

/** Text that an email can carry: a NUL ends it at some mail servers, and others refuse it. */
export const mailText = () => textWithout(String.raw`\u0000`, 'a NUL character (U+0000) cannot be mailed');

/** One line: a line break in a header would start another header. */
export const mailLine = () => textWithout(CONTROL, 'must be one line without control characters');

const MAX_ISSUES = 20;
const MAX_ISSUE = 500;
const shortened = (text: string) => (text.length > MAX_ISSUE ? `${text.slice(0, MAX_ISSUE).toWellFormed()}…` : text);

/** Parses input from outside. Throws an error that names every wrong field; its detail begins with `what`, such as "The form". */
export function parseInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
  what: string,
  code: ErrorCode = 'BadRequest',
): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return withoutUndefined(parsed.data) as z.output<S>;
  // A body may have thousands of wrong members, with names of megabytes.
  const issues = parsed.error.issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => ({ field: shortened(path.join('.')), message: shortened(message) }));
  const sentences = issues.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  throw new PregonError(code, `${what} is not valid. ${sentences.join('; ')}.`, { issues });
}

/** DynamoDB's marshaller refuses a member that is undefined, such as an optional one that was null. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutUndefined(member)]));
}

/** Parses a JSON body; an absent one counts as an empty object. Throws as `parseInput` and `readJson` do. */
export function parseJsonBody<S extends z.ZodType>(
  schema: S,
  body: string | undefined,
  code: ErrorCode = 'BadRequest',
): z.output<S> {
  const text = withoutMark(body);
  return parseInput(schema, text.trim() === '' ? {} : readJson(text, code), 'The body', code);
}

const MAX_DEPTH = 64;

/**
 * The value of a JSON body. Throws an error of this `code` for what is not JSON, or cannot be stored or mailed as it is: not UTF-8, half a
 * surrogate pair, nested too deep, a number beyond all numbers, a name that is there twice or is `__proto__`.
 */
export function readJson(body: string | undefined, code: ErrorCode = 'BadRequest'): unknown {
  const text = withoutMark(body);
  // What is not UTF-8 reaches a function as U+FFFD, which would be mailed in place of a letter.
  const replaced = text.indexOf('\uFFFD');
  if (replaced >= 0) throw notUtf8(text.slice(0, replaced), code);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? `: ${error.message}` : '';
    throw new PregonError(code, `The body is not valid JSON${reason.slice(0, 200)}.`, {}, { cause: error });
  }
  checkText(value, code);
  const repeated = repeatedName(text);
  if (repeated !== undefined) {
    throw new PregonError(
      code,
      `The body is not valid. ${JSON.stringify(repeated.slice(0, 80))} is there twice in one object.`,
    );
  }
  return value;
}

/** The strings and the structure of JSON. */
const JSON_TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/** The first name that valid JSON has twice in one object: parsers disagree about which value counts. */
function repeatedName(json: string): string | undefined {
  const objects: (Set<string> | undefined)[] = [];
  let text = '';
  for (const [token] of json.matchAll(JSON_TOKENS)) {
    if (token === '{') objects.push(new Set());
    else if (token === '[') objects.push(undefined);
    else if (token === '}' || token === ']') objects.pop();
    else if (token !== ':') text = token;
    else {
      const name = JSON.parse(text) as string;
      const names = objects.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return undefined;
}

/** A byte order mark before JSON is ignored, as RFC 8259 allows. */
const withoutMark = (body = '') => (body.startsWith('\uFEFF') ? body.slice(1) : body);

/** The error about bytes that are not UTF-8, which follow `before` in the body. */
function notUtf8(before: string, code: ErrorCode): PregonError {
  const lines = before.split('\n');
  const line = lines.length;
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return new PregonError(
    code,
    `The body is not UTF-8: line ${line}, column ${column} has other bytes, or the replacement character U+FFFD. Send it as UTF-8.`,
    { line, column },
  );
}

/** Recursive, but never deeper than `MAX_DEPTH`. */
function checkText(value: unknown, code: ErrorCode, path = '', depth = 0): void {
  const refuse = (why: string) => new PregonError(code, `The body is ${why}.`);
  if (depth > MAX_DEPTH) throw refuse(`nested more than ${MAX_DEPTH} levels deep`);
  if (typeof value === 'string' && !value.isWellFormed()) {
    throw refuse(`not valid. ${path || 'The text'}: half a surrogate pair is not text`);
  }
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    throw refuse(`not valid. ${path || 'The number'}: a number is too large`);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') throw refuse('not valid. No member has the name "__proto__"');
    if (!name.isWellFormed()) throw refuse(`not valid. A name in ${path || 'it'} has half a surrogate pair`);
    checkText(member, code, shortened(path ? `${path}.${name}` : name), depth + 1);
  }
}
