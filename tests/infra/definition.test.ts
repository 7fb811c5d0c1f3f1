import { readFileSync } from 'node:fs';
import validate from 'asl-validator';

const definition = JSON.parse(readFileSync('statemachines/campaign.asl.json', 'utf8'));

interface State {
  Type: string;
  Resource?: string;
  Catch?: { ErrorEquals: string[] }[];
  ItemProcessor?: { States: Record<string, State> };
  [field: string]: unknown;
}

function* statesOf(states: Record<string, State>): Generator<[string, State]> {
  for (const [name, state] of Object.entries(states)) {
    yield [name, state];
    if (state.ItemProcessor) yield* statesOf(state.ItemProcessor.States);
  }
}
const states = new Map(statesOf(definition.States));

describe('the campaign workflow', () => {
  it('is valid Amazon States Language', () => {
    const result = validate(definition);
    expect(result.errors).toEqual([]);
    expect(result.isValid).toBe(true);
  });

  it('ends an execution only at a Task or a Map, so that a redrive has a state to go on at', () => {
    expect([...states.values()].filter((state) => state.Type === 'Fail')).toEqual([]);
  });

  it('never catches everything, and never the account class: that one stops the Map Run', () => {
    for (const state of states.values()) {
      for (const { ErrorEquals } of state.Catch ?? []) {
        expect(ErrorEquals).not.toContain('States.ALL');
        expect(ErrorEquals).not.toContain('States.TaskFailed');
        expect(ErrorEquals).not.toContain('Account');
      }
    }
  });

  it('writes the results of both maps to S3, as a large run would not end otherwise', () => {
    for (const name of ['RegisterRows', 'SendRows']) expect(states.get(name)).toHaveProperty('ResultWriter');
  });

  it('carries no content to the children that send', () => {
    expect(JSON.stringify(states.get('SendRows')?.ItemSelector)).not.toMatch(/content|subject|email/);
  });
});
