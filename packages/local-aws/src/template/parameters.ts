import { isObject, type Json, type JsonObject } from '../json.ts';
import { TemplateError } from './errors.ts';

/** The value of such a parameter is in the SSM Parameter Store. The template has only the name of the value. */
const isStored = (definition: JsonObject) => String(definition.Type).startsWith('AWS::SSM::Parameter::Value');

const isList = (definition: JsonObject) => /List/.test(String(definition.Type));
const itemsOf = (text: string) => text.split(',').map((item) => item.trim());

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
      values.set(name, isList(definition) ? itemsOf(text) : text);
    } else if (!isStored(definition)) {
      problems.push(`The parameter ${name} has no default: give it a value with --parameter ${name}=VALUE`);
    }
  }
  if (problems.length > 0) throw new TemplateError(problems.join('\n'));
  return values;
}

function problemsOf(name: string, value: string, definition: JsonObject): string[] {
  const problems: string[] = [];
  const { AllowedPattern, ConstraintDescription: words } = definition;
  const refuse = (rule: string) =>
    problems.push(
      `The parameter ${name} is ${JSON.stringify(value)}: ${typeof words === 'string' ? `${words} (${rule})` : rule}`,
    );
  if (isStored(definition)) return problems;
  if (Array.isArray(definition.AllowedValues) && !definition.AllowedValues.map(String).includes(value)) {
    refuse(`it must be one of ${definition.AllowedValues.join(', ')}`);
  }
  if (typeof AllowedPattern === 'string') {
    // Of a list each value must match it. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
    const pattern = new RegExp(`^(?:${AllowedPattern})$`);
    const matches = (text: string) => pattern.test(text);
    if (!(isList(definition) ? itemsOf(value).every(matches) : matches(value))) {
      refuse(`it must match ${AllowedPattern}`);
    }
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
