import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { Compilation } from './compile.ts';

/** The states that a state may lead to. */
function targets(state: JsonObject): Json[] {
  const rules = Array.isArray(state.Choices) ? state.Choices.filter(isObject) : [];
  const catchers = Array.isArray(state.Catch) ? state.Catch.filter(isObject) : [];
  const isChoice = state.Type === 'Choice';
  return [
    ...(state.Next === undefined ? [] : [state.Next]),
    ...(state.Default === undefined ? [] : [state.Default]),
    ...(isChoice ? rules : []).map((rule) => rule.Next ?? null),
    ...catchers.map((catcher) => catcher.Next ?? null),
  ];
}

/** Checks that every Next names a state of the block, that every state can be reached, and that each has Next or End. */
export function checkFlow(startAt: string, states: JsonObject, place: string, compilation: Compilation): void {
  const names = new Set(Object.keys(states));
  if (!names.has(startAt))
    compilation.problem(
      `${place}/StartAt`,
      `StartAt names '${startAt}', which is not a state`,
      'MISSING_TRANSITION_TARGET',
    );
  const reached = new Set([startAt]);
  for (const name of reached) {
    const state = states[name];
    if (!isObject(state)) continue;
    for (const target of targets(state)) {
      if (typeof target === 'string' && names.has(target)) reached.add(target);
      else
        compilation.problem(
          `${place}/States/${name}`,
          `The target '${target}' is not a state of this block`,
          'MISSING_TRANSITION_TARGET',
        );
    }
    const endsItself = ['Choice', 'Succeed', 'Fail'].includes(String(state.Type));
    if (!endsItself && (state.Next === undefined) === (state.End !== true)) {
      compilation.problem(`${place}/States/${name}`, `The state '${name}' needs either Next or End: true`);
    }
  }
  for (const name of names) {
    if (!reached.has(name)) {
      compilation.problem(`${place}/States/${name}`, `The state '${name}' cannot be reached`, 'UNREACHABLE_STATE');
    }
  }
}

const assigned = (state: JsonObject): string[] => {
  const parts = [
    state,
    ...[state.Catch, state.Choices].flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : [])),
  ];
  return parts.flatMap((part) => (isObject(part.Assign) ? Object.keys(part.Assign) : []));
};

/** Checks that no branch or inline iteration assigns a variable of an outer scope: the new value would be lost. */
export function checkVariables(block: Json, compilation: Compilation, outer: readonly string[] = [], place = ''): void {
  if (!isObject(block) || !isObject(block.States)) return;
  const states = Object.entries(block.States).filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
  const own = new Set(states.flatMap(([, state]) => assigned(state)));
  for (const [name, state] of states) {
    const at = `${place}/States/${name}`;
    for (const variable of assigned(state)) {
      if (outer.includes(variable)) {
        compilation.problem(
          `${at}/Assign`,
          `The variable '${variable}' belongs to an outer scope and cannot be assigned here`,
        );
      }
    }
    const scope = [...outer, ...own];
    if (Array.isArray(state.Branches)) {
      for (const [i, branch] of state.Branches.entries())
        checkVariables(branch, compilation, scope, `${at}/Branches[${i}]`);
    }
    if (isObject(state.ItemProcessor)) {
      const config = state.ItemProcessor.ProcessorConfig;
      const isDistributed = isObject(config) && config.Mode === 'DISTRIBUTED';
      checkVariables(state.ItemProcessor, compilation, isDistributed ? [] : scope, `${at}/ItemProcessor`);
    }
  }
}
