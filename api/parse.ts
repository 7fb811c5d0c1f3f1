import type { z } from 'zod';
import { type ErrorCode, PregonError } from '../core/errors.ts';

/** Parses input from outside. Throws an error that names every wrong field; its detail begins with `what`, such as "The form". */
export function parseInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
  what: string,
  code: ErrorCode = 'BadRequest',
): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  const sentences = issues.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  throw new PregonError(code, `${what} is not valid. ${sentences.join('; ')}.`, { issues });
}

/** Parses a JSON body; an absent one counts as an empty object. */
export function parseJsonBody<S extends z.ZodType>(
  schema: S,
  body: string | undefined,
  code: ErrorCode = 'BadRequest',
): z.output<S> {
  return parseInput(schema, body === undefined || body.trim() === '' ? {} : json(body, code), 'The body', code);
}

function json(body: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new PregonError(code, 'The body is not valid JSON.', {}, { cause: error });
  }
}
