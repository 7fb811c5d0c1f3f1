import { isObject, type Json, type JsonObject } from '../../json.ts';
import { fieldMatcher, PatternError } from './value-matchers.ts';

/** Whether an event matches. */
export type Matcher = (event: Json | undefined) => boolean;

/** Compiles an EventBridge pattern. Throws `PatternError` if EventBridge would refuse it. */
export function compilePattern(pattern: Json): Matcher {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw new PatternError('Event pattern is not valid. Reason: Pattern must be a non-empty object');
  }
  return objectMatcher(pattern);
}

function objectMatcher(pattern: JsonObject): Matcher {
  const members = Object.entries(pattern).map(([name, value]) => {
    if (name === '$or') return orMatcher(value);
    const matches = Array.isArray(value) ? fieldMatcher(value, name) : nestedMatcher(value, name);
    return (event: Json | undefined) => matches(isObject(event) ? event[name] : undefined);
  });
  return (event) => members.every((matches) => matches(event));
}

function orMatcher(alternatives: Json): Matcher {
  if (!Array.isArray(alternatives) || alternatives.length < 2) {
    throw new PatternError('Event pattern is not valid. Reason: $or needs an array of at least two patterns');
  }
  const matchers = alternatives.map(compilePattern);
  return (event) => matchers.some((matches) => matches(event));
}

function nestedMatcher(value: Json, name: string): Matcher {
  if (!isObject(value)) {
    throw new PatternError(`Event pattern is not valid. Reason: "${name}" must be an object or an array`);
  }
  const matches = objectMatcher(value);
  // A list of objects matches if one of them does.
  return (event) => (Array.isArray(event) ? event.some((item) => matches(item)) : matches(event));
}
