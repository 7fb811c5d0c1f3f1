import { isObject, type JsonObject } from '../../json.ts';
import type { Compilation } from './compile.ts';
import { catchers, exit, retriers, template } from './compile-exit.ts';
import { innerBlock, type StateContext } from './context.ts';
import { parseResource } from './resources.ts';
import { parseTimestamp } from './timestamp.ts';
import type { Block, ChoiceRule, State, TaskState } from './types.ts';

/** Compiles a state of any type except Map. */
export function compileState(context: StateContext, compilation: Compilation): State | undefined {
  const base = {
    name: context.name,
    ...exit(context.raw, context, compilation),
    retry: retriers(context, compilation),
    catch: catchers(context, compilation),
  };
  const field = (name: string) => template(context, compilation, name);
  switch (context.raw.Type) {
    case 'Pass':
      return { ...base, type: 'Pass', result: field('Result') };
    case 'Succeed':
      return { ...base, type: 'Succeed' };
    case 'Fail':
      return { ...base, type: 'Fail', error: field('Error'), cause: field('Cause') };
    case 'Choice': {
      const next = typeof context.raw.Default === 'string' ? context.raw.Default : undefined;
      return { ...base, type: 'Choice', next, hasDefault: next !== undefined, rules: rules(context, compilation) };
    }
    case 'Wait': {
      const seconds = field('Seconds');
      const timestamp = field('Timestamp');
      if ((seconds === undefined) === (timestamp === undefined)) {
        compilation.problem(context.place, 'A Wait state needs either Seconds or Timestamp');
      }
      const fixed = timestamp?.constant?.value;
      if (fixed !== undefined && (typeof fixed !== 'string' || parseTimestamp(fixed) === undefined)) {
        compilation.problem(`${context.place}/Timestamp`, 'String does not match RFC3339 timestamp');
      }
      return { ...base, type: 'Wait', seconds, timestamp };
    }
    case 'Task':
      return task({ ...base, ...timeouts(context, compilation), arguments: field('Arguments') }, context, compilation);
    default:
      return { ...base, type: 'Parallel', arguments: field('Arguments'), branches: branches(context, compilation) };
  }
}

function timeouts(context: StateContext, compilation: Compilation) {
  for (const name of ['TimeoutSeconds', 'HeartbeatSeconds']) {
    const value = context.raw[name];
    const fits = value === undefined || typeof value === 'string' || (Number.isInteger(value) && Number(value) > 0);
    if (!fits) compilation.problem(`${context.place}/${name}`, `${name} must be a positive integer or an expression`);
  }
  return {
    timeoutSeconds: template(context, compilation, 'TimeoutSeconds'),
    heartbeatSeconds: template(context, compilation, 'HeartbeatSeconds'),
  };
}

function task(
  base: Omit<TaskState, 'type' | 'target'>,
  context: StateContext,
  compilation: Compilation,
): TaskState | undefined {
  const target = parseResource(String(context.raw.Resource ?? ''));
  if (typeof target === 'string') {
    compilation.problem(`${context.place}/Resource`, `${target} (state '${context.name}')`);
    return undefined;
  }
  if (target.waitForToken && context.type === 'EXPRESS') {
    const why = `An EXPRESS workflow cannot wait for a task token (state '${context.name}')`;
    compilation.problem(`${context.place}/Resource`, why);
  }
  return { ...base, type: 'Task', target };
}

const RULE_FIELDS = ['Condition', 'Next', 'Output', 'Assign', 'Comment'];

function rules(context: StateContext, compilation: Compilation): ChoiceRule[] {
  const raw = Array.isArray(context.raw.Choices) ? context.raw.Choices : [];
  if (raw.length === 0) compilation.problem(`${context.place}/Choices`, 'Choices must be a list of at least one rule');
  return raw.filter(isObject).map((rule: JsonObject, i) => {
    const place = `${context.place}/Choices[${i}]`;
    for (const name of Object.keys(rule)) {
      if (!RULE_FIELDS.includes(name))
        compilation.problem(`${place}/${name}`, `The field '${name}' of a rule is not supported`);
    }
    if (rule.Condition === undefined) compilation.problem(place, 'A rule needs a Condition');
    const condition = compilation.templates.compile(rule.Condition ?? false, `Choices[${i}]/Condition`);
    return { ...exit(rule, context, compilation, `Choices[${i}]`), condition };
  });
}

function branches(context: StateContext, compilation: Compilation): Block[] {
  const raw = Array.isArray(context.raw.Branches) ? context.raw.Branches : [];
  if (raw.length === 0)
    compilation.problem(`${context.place}/Branches`, 'Branches must be a list of at least one branch');
  return raw.flatMap((branch, i) => {
    const key = innerBlock(context, `Branches[${i}]`);
    const place = `${context.place}/Branches[${i}]`;
    return compilation.block(branch, key, place, context.language, context.type) ?? [];
  });
}
