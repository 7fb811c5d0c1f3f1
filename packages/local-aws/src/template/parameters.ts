import { TemplateError } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** The stack's parameters: the given values, checked as CloudFormation checks them, or their defaults. */
export function readParameters(
  definitions: JsonObject,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, Json> {
  const unknown = Object.keys(given).filter((name) => !isObject(definitions[name]));
  if (unknown.length > 0) throw new TemplateError(`The template has no parameter ${unknown.join(', ')}`);
  const values = new Map<string, Json>();
  for (const [name, definition] of Object.entries(definitions)) {
    if (!isObject(definition)) continue;
    const value = given[name] ?? definition.Default;
    if (value === undefined) throw new TemplateError(`The parameter ${name} has neither a value nor a default`);
    const text = String(value);
    check(name, text, definition);
    values.set(
      name,
      String(definition.Type).startsWith('List') || definition.Type === 'CommaDelimitedList' ? text.split(',') : text,
    );
  }
  return values;
}

function check(name: string, value: string, definition: JsonObject): void {
  const refuse = (rule: string) => {
    throw new TemplateError(`The parameter ${name} is ${JSON.stringify(value)}: ${rule}`);
  };
  if (Array.isArray(definition.AllowedValues) && !definition.AllowedValues.map(String).includes(value)) {
    refuse(`it must be one of ${definition.AllowedValues.join(', ')}`);
  }
  if (typeof definition.AllowedPattern === 'string' && !new RegExp(`^(?:${definition.AllowedPattern})$`).test(value)) {
    refuse(`it must match ${definition.AllowedPattern}`);
  }
  if (definition.Type !== 'Number') return;
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number)) refuse('it must be a number');
  if (definition.MinValue !== undefined && number < Number(definition.MinValue)) {
    refuse(`it must be at least ${String(definition.MinValue)}`);
  }
  if (definition.MaxValue !== undefined && number > Number(definition.MaxValue)) {
    refuse(`it must be at most ${String(definition.MaxValue)}`);
  }
}
