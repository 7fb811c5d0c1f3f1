import { isObject, type Json, type JsonObject } from '../json.ts';
import { TemplateError } from './errors.ts';

/** The value of such a parameter is in the SSM Parameter Store. The template has only the name of the value. */
const isStored = (definition: JsonObject) => String(definition.Type).startsWith('AWS::SSM::Parameter::Value');

/**
 * The stack's parameters: the given values, checked as CloudFormation checks them, or their defaults. A parameter of the SSM
 * Parameter Store has a value only if it is given. Throws `TemplateError` with every problem.
 */
export function readParameters(
  definitions: JsonObject,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, Json> {
  const problems = Object.keys(given)
    .filter((name) => !isObject(definitions[name]))
    .map((name) => `The template has no parameter ${name}`);
  const values = new Map<string, Json>();
  for (const [name, definition] of Object.entries(definitions)) {
    if (!isObject(definition)) continue;
    const value = given[name] ?? (isStored(definition) ? undefined : definition.Default);
    if (value !== undefined) {
      const text = String(value);
      problems.push(...problemsOf(name, text, definition));
      values.set(name, /List/.test(String(definition.Type)) ? text.split(',').map((item) => item.trim()) : text);
    } else if (!isStored(definition)) {
      problems.push(`The parameter ${name} has no default: give it a value with --parameter ${name}=VALUE`);
    }
  }
  if (problems.length > 0) throw new TemplateError(problems.join('\n'));
  return values;
}

function problemsOf(name: string, value: string, definition: JsonObject): string[] {
  const problems: string[] = [];
  const refuse = (rule: string) => problems.push(`The parameter ${name} is ${JSON.stringify(value)}: ${rule}`);
  if (isStored(definition)) return problems;
  if (Array.isArray(definition.AllowedValues) && !definition.AllowedValues.map(String).includes(value)) {
    refuse(`it must be one of ${definition.AllowedValues.join(', ')}`);
  }
  if (typeof definition.AllowedPattern === 'string' && !new RegExp(`^(?:${definition.AllowedPattern})$`).test(value)) {
    refuse(`it must match ${definition.AllowedPattern}`);
  }
  if (definition.Type !== 'Number') return problems;
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number)) refuse('it must be a number');
  if (definition.MinValue !== undefined && number < Number(definition.MinValue)) {
    refuse(`it must be at least ${String(definition.MinValue)}`);
  }
  if (definition.MaxValue !== undefined && number > Number(definition.MaxValue)) {
    refuse(`it must be at most ${String(definition.MaxValue)}`);
  }
  return problems;
}
