import { z } from 'zod';
import { AwsError } from '../../gateway/errors.ts';
import { isObject, type Json } from '../../json.ts';
import type { Maxima } from '../../limits/limits.ts';
import { busName } from '../definitions.ts';
import type { EventBus } from '../delivery/event-bus.ts';
import { compilePattern, type Matcher } from '../matching/pattern.ts';
import { PatternError } from '../matching/value-matchers.ts';
import type { RuleStore } from '../state/rule-store.ts';

/** What an operation needs besides its request. */
export interface EventsDeps {
  readonly bus: EventBus;
  readonly rules: RuleStore;
  readonly max: Maxima;
}

export const invalid = (message: string) => new AwsError('ValidationException', message);
export const notFound = (message: string) => new AwsError('ResourceNotFoundException', message);

/** Validates a request. @throws ValidationException */
export function checked<T>(schema: z.ZodType<T>, body: Json): T {
  const request = schema.safeParse(body);
  if (!request.success) throw invalid(z.prettifyError(request.error));
  return request.data;
}

export const member = (body: Json, name: string): Json | undefined => (isObject(body) ? body[name] : undefined);

/** The name of the rule in a request, and that of its bus. */
export const ruleIn = (body: Json, name: 'Name' | 'Rule'): [name: string, bus: string] => [
  String(member(body, name)),
  busName(member(body, 'EventBusName')),
];

/** Reads a pattern or an event, which requests hold as text. @throws ValidationException */
export function parsed(text: Json | undefined): Json {
  try {
    return JSON.parse(String(text)) as Json;
  } catch {
    throw invalid('The event pattern and the event must be valid JSON');
  }
}

/** @throws InvalidEventPatternException */
export function compiled(pattern: Json): Matcher {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof PatternError) throw new AwsError(error.name, error.message);
    throw error;
  }
}
