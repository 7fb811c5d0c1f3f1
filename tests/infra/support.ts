import jsonata from 'jsonata';
import { campaignDefinition } from '../../statemachines/compile.ts';

interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds: number;
  BackoffRate: number;
  MaxAttempts: number;
  MaxDelaySeconds: number;
  JitterStrategy?: string;
}
export interface State {
  Type: string;
  Next?: string;
  Choices?: { Next: string; Condition: string }[];
  Catch?: { ErrorEquals: string[]; Next: string; Output: unknown }[];
  Retry?: Retrier[];
  ItemProcessor?: { States: Record<string, State> };
  [field: string]: unknown;
}

export const definition: { States: Record<string, State> } = JSON.parse(campaignDefinition());

function* statesOf(states: Record<string, State>): Generator<[string, State]> {
  for (const [name, state] of Object.entries(states)) {
    yield [name, state];
    if (state.ItemProcessor) yield* statesOf(state.ItemProcessor.States);
  }
}

/** Every state by name, those of the maps included. */
export const states: ReadonlyMap<string, State> = new Map(statesOf(definition.States));

export function stateNamed(name: string): State {
  const state = states.get(name);
  if (!state) throw new Error(`There is no state ${name}`);
  return state;
}

/** Every string of the definition. */
export function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* stringsIn(part);
}

/** The time of every evaluation. */
export const NOW = Date.parse('2026-11-22T10:00:00.000Z');

/** A field of a state as Step Functions evaluates it: expressions may be anywhere in it, and `$parse` is a function there. */
export async function evaluate(field: unknown, scope: object): Promise<unknown> {
  if (typeof field === 'string') {
    const source = /^\{%(.*)%\}$/.exec(field)?.[1];
    if (source === undefined) return field;
    const expression = jsonata(source);
    expression.registerFunction('millis', () => NOW);
    expression.registerFunction('parse', (text: string) => JSON.parse(text));
    const value: unknown = await expression.evaluate({}, { states: scope });
    if (value === undefined) throw new Error(`${field} returned nothing`);
    // JSONata's arrays carry marks of their own.
    return JSON.parse(JSON.stringify(value));
  }
  if (typeof field !== 'object' || field === null) return field;
  const entries = await Promise.all(
    Object.entries(field).map(async ([name, part]) => [name, await evaluate(part, scope)] as const),
  );
  return Array.isArray(field) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}
