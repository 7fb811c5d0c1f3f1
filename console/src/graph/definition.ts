import { later } from '../i18n/later.ts';

/** One transition out of a state, from the definition. */
export interface Transition {
  readonly to: string;
  readonly kind: 'next' | 'choice' | 'default' | 'catch';
  /** The comment of a choice or else its condition, the errors of a catch. */
  readonly label?: string;
}

export interface AslState {
  readonly name: string;
  readonly type: string;
  readonly definition: Readonly<Record<string, unknown>>;
  /** The Map or Parallel state around it. */
  readonly container?: string;
  readonly transitions: readonly Transition[];
  /** Whether the execution, or the iteration or branch, may end here. */
  readonly ends: boolean;
  /** The item processor of a Map, the branches of a Parallel. */
  readonly inner: readonly AslGraph[];
  readonly distributed: boolean;
  /** A Distributed Map whose children are Express executions, of which Step Functions keeps no record. */
  readonly express: boolean;
  /** For a Distributed Map: the name in its Map Runs' ARNs. */
  readonly label?: string;
}

export interface AslGraph {
  readonly startAt: string;
  readonly states: readonly AslState[];
}

export interface AslDefinition extends AslGraph {
  /** All states at any depth. Names are unique in a state machine. */
  readonly byName: ReadonlyMap<string, AslState>;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a definition in the Amazon States Language. Fields that the drawing does not need are only in `definition`. */
export function parseDefinition(text: string): AslDefinition {
  const graph = readGraph(asObject(JSON.parse(text)));
  return withNames(graph);
}

/**
 * The part of a definition that a child execution runs: the item processor of the Distributed Map with this label or,
 * if the definition is that part already, all of it.
 */
export function definitionOfChild(definition: AslDefinition, label: string | undefined): AslDefinition {
  if (label === undefined) return definition;
  for (const state of definition.byName.values()) {
    const [processor] = state.inner;
    if (state.distributed && state.label === label && processor !== undefined) return withNames(processor);
  }
  return definition;
}

/** The label of the Distributed Map around a state. Such a state runs in the children of the Map Run. */
export function mapAround(definition: AslDefinition, name: string): string | undefined {
  const around = containersOf(definition, name).find((container) => definition.byName.get(container)?.distributed);
  return around === undefined ? undefined : definition.byName.get(around)?.label;
}

/** The states around a state, the innermost first. */
export function containersOf({ byName }: AslDefinition, name: string): readonly string[] {
  const found: string[] = [];
  for (let around = byName.get(name)?.container; around !== undefined; around = byName.get(around)?.container) {
    found.push(around);
  }
  return found;
}

function withNames(graph: AslGraph): AslDefinition {
  const byName = new Map<string, AslState>();
  const visit = ({ states }: AslGraph) => {
    for (const state of states) {
      byName.set(state.name, state);
      state.inner.forEach(visit);
    }
  };
  visit(graph);
  return { ...graph, byName };
}

function readGraph(json: Json, container?: string): AslGraph {
  const states = Object.entries(asObject(json.States)).map(([name, state]) =>
    readState(name, asObject(state), container),
  );
  return { startAt: String(json.StartAt), states };
}

function readState(name: string, definition: Json, container: string | undefined): AslState {
  const type = String(definition.Type);
  const processor = asObject(definition.ItemProcessor ?? definition.Iterator);
  const { Mode, ExecutionType } = asObject(processor.ProcessorConfig);
  const distributed = type === 'Map' && Mode === 'DISTRIBUTED';
  const inner = type === 'Map' ? [readGraph(processor, name)] : type === 'Parallel' ? branches(definition, name) : [];
  return {
    name,
    type,
    definition,
    ...(container !== undefined && { container }),
    transitions: readTransitions(definition),
    ends: definition.End === true || type === 'Succeed' || type === 'Fail',
    inner,
    distributed,
    express: distributed && ExecutionType === 'EXPRESS',
    ...(distributed && { label: String(definition.Label ?? name) }),
  };
}

function branches(definition: Json, container: string): AslGraph[] {
  return asList(definition.Branches).map((branch) => readGraph(asObject(branch), container));
}

function readTransitions(definition: Json): Transition[] {
  const found: Transition[] = [];
  for (const choice of asList(definition.Choices).map(asObject)) {
    found.push({ to: String(choice.Next), kind: 'choice', label: conditionOf(choice) });
  }
  if (typeof definition.Default === 'string')
    found.push({ to: definition.Default, kind: 'default', label: later.graph.otherwise });
  if (typeof definition.Next === 'string') found.push({ to: definition.Next, kind: 'next' });
  for (const handler of asList(definition.Catch).map(asObject)) {
    found.push({ to: String(handler.Next), kind: 'catch', label: asList(handler.ErrorEquals).join(', ') });
  }
  return found;
}

function conditionOf(choice: Json): string {
  if (typeof choice.Comment === 'string') return choice.Comment;
  if (typeof choice.Condition === 'string') return choice.Condition.replace(/^\{%\s*|\s*%\}$/g, '');
  const { Next: _, Assign: __, Output: ___, ...comparison } = choice;
  return JSON.stringify(comparison);
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
