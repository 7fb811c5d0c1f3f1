import { readFileSync } from 'node:fs';
import validate from 'asl-validator';

const definition = JSON.parse(readFileSync('statemachines/campaign.asl.json', 'utf8'));

interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds: number;
  BackoffRate: number;
  MaxAttempts: number;
  MaxDelaySeconds: number;
  JitterStrategy?: string;
}
interface State {
  Type: string;
  Resource?: string;
  Catch?: { ErrorEquals: string[] }[];
  Retry?: Retrier[];
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

  it('retries what is transient with backoff and full jitter: five tries or more, all within three minutes', () => {
    const retriers = states.get('Send')?.Retry ?? [];
    const transient = retriers.find(({ ErrorEquals }) => ErrorEquals.includes('Transient'));
    expect(transient).toMatchObject({ JitterStrategy: 'FULL', BackoffRate: 2 });
    const { MaxAttempts = 0, IntervalSeconds = 0, BackoffRate = 0, MaxDelaySeconds = 0 } = transient ?? {};
    expect(1 + MaxAttempts).toBeGreaterThanOrEqual(5);
    const longest = Array.from({ length: MaxAttempts }, (_, n) =>
      Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** n),
    );
    expect(longest.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(180);
  });

  it('tries nothing again that has ended: no permanent, unconfirmed or account error, no time that is over', () => {
    const retried = (states.get('Send')?.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);
    for (const error of ['Recipient', 'Unconfirmed', 'Account', 'States.Timeout', 'States.ALL', 'States.TaskFailed']) {
      expect(retried).not.toContain(error);
    }
  });

  it('carries no content to the children that send', () => {
    expect(JSON.stringify(states.get('SendRows')?.ItemSelector)).not.toMatch(/content|subject|email/);
  });
});
