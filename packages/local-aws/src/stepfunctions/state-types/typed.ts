import type { Json } from '../../json.ts';
import { EvaluationError } from '../errors.ts';
import type { Execution } from '../execution/execution.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import type { Thread } from '../execution/thread.ts';
import { type Bindings, expressionSource } from '../jsonata/expression.ts';
import type { Template } from '../jsonata/template.ts';

const typeName = (value: Json) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

async function typed(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  template: Template,
  bindings: Bindings,
  expected: string,
): Promise<Json> {
  const payload = await it.evaluate(execution, thread, template, bindings);
  const { value } = payload;
  if (typeName(value) === expected) return value;
  const source = typeof template.raw === 'string' ? expressionSource(template.raw) : undefined;
  const subject = source === undefined ? `The value` : `The JSONata expression '${source}'`;
  const wrong = `Expected '${expected}', but was '${typeName(value)}' for value: ${payload.text}`;
  throw new EvaluationError(
    `${subject} specified for the field '${template.field}' returned an unexpected result type. ${wrong}`,
    template.field,
  );
}

/** Evaluates a field that must be a string. @throws EvaluationError */
export async function stringField(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  template: Template,
  bindings: Bindings,
): Promise<string> {
  return String(await typed(it, execution, thread, template, bindings, 'string'));
}

/** Evaluates a field that must be a boolean. @throws EvaluationError */
export async function booleanField(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  template: Template,
  bindings: Bindings,
): Promise<boolean> {
  return (await typed(it, execution, thread, template, bindings, 'boolean')) === true;
}

/** Evaluates a field that must be a number within bounds. @throws EvaluationError */
export async function numberField(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  template: Template,
  bindings: Bindings,
  bounds: { least: number; most: number; isWhole: boolean },
): Promise<number> {
  const value = Number(await typed(it, execution, thread, template, bindings, 'number'));
  const { least, most, isWhole } = bounds;
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  const kind = isWhole ? 'an integer' : 'a number';
  const message = `The field '${template.field}' must be ${kind} between ${least} and ${most} but was: ${value}`;
  throw new EvaluationError(message, template.field);
}

/** Evaluates a field that must be an integer within bounds. @throws EvaluationError */
export function integerField(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  template: Template,
  bindings: Bindings,
  least: number,
  most: number,
): Promise<number> {
  return numberField(it, execution, thread, template, bindings, { least, most, isWhole: true });
}
