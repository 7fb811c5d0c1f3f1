import { readFileSync } from 'node:fs';
import { compile } from '../../statemachines/compile.ts';
import { definition, evaluate, NOW, stateNamed, states, stringsIn } from './support.ts';

const source = readFileSync('statemachines/campaign.asl.yaml', 'utf8');

describe('the campaign workflow', () => {
  it('is at most 200 lines, with no expression over 200 characters', () => {
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(200);
    const expressions = [...stringsIn(definition)].filter((text) => text.startsWith('{%'));
    expect(expressions.length).toBeGreaterThan(30);
    expect(expressions.filter((text) => text.length > 200)).toEqual([]);
  });

  it('composes no ledger key: each comes whole from the rows or from the input', () => {
    // Keys join their parts with #, which is otherwise only in JSONata's positions (#$i).
    for (const text of stringsIn(definition)) expect(text).not.toMatch(/#(?!\$)/);
    const key = /"(?:pk|sk|\w*[kK]ey|address)":(?:\{"S":)?"([^"]*)"/g;
    const values = [...JSON.stringify(definition).matchAll(key)].map(([, value]) => value);
    expect(values.length).toBeGreaterThan(1);
    for (const value of values) expect(value).toMatch(/^\{% \$[\w.]+ %\}$/);
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

  it('registers the rows before it waits for the schedule, so that mail starts on time', () => {
    expect(stateNamed('RegisterRows').Next).toBe('IsScheduled');
    expect(stateNamed('IsScheduled')).toMatchObject({ Choices: [{ Next: 'WaitForSchedule' }], Default: 'ReadRate' });
    expect(stateNamed('WaitForSchedule').Next).toBe('ReadRate');
  });

  it('writes the results of both maps to S3, as a large run would not end otherwise', () => {
    for (const name of ['RegisterRows', 'SendRows']) expect(states.get(name)).toHaveProperty('ResultWriter');
  });

  it('retries what is transient with backoff and full jitter: five tries or more, all within three minutes', async () => {
    const caught = stateNamed('Send').Catch?.find(({ ErrorEquals }) => ErrorEquals.includes('Transient'));
    const { Output } = caught as { Output: Record<'tries' | 'nextAt', unknown> };
    const [choice] = stateNamed('IsTryLeft').Choices ?? [];
    expect([caught?.Next, choice?.Next, stateNamed('WaitForTry').Next]).toEqual([
      'IsTryLeft',
      'WaitForTry',
      'MarkQueued',
    ]);
    const longest: number[] = [];
    for (let tries: number | undefined; ; ) {
      const scope = { input: { ...(tries && { tries }) }, errorOutput: { Error: 'Transient', Cause: '{}' } };
      tries = (await evaluate(Output.tries, scope)) as number;
      if (!(await evaluate(choice?.Condition, { input: { tries } }))) break;
      // Full jitter: the longest of many.
      const waits = Array.from({ length: 50 }, () => evaluate(Output.nextAt, scope));
      longest.push(Math.max(...(await Promise.all(waits)).map((at) => Date.parse(String(at)) - NOW)) / 1000);
    }
    expect(1 + longest.length).toBe(6);
    expect(longest.map((seconds, n) => seconds <= Math.min(30, 2 ** (n + 1)))).toEqual(Array(5).fill(true));
    expect(longest.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThan(20);
  });

  it.each([
    // [state, error, retries]: Step Functions takes the first retrier that names the error or a wildcard of it.
    ['Send', 'Account', 0],
    ['Send', 'Transient', 0],
    ['Send', 'States.Timeout', 0],
    ['Send', 'SQS.SdkClientException', 6],
    ['Send', 'SQS.AnErrorOfNextYearException', 6],
    ['MarkQueued', 'DynamoDb.AnErrorOfNextYearException', 6],
    ['MarkErrors', 'DynamoDb.AnErrorOfNextYearException', 6],
    ['ReadRate', 'DynamoDB.AnErrorOfNextYearException', 6],
    ['Settle', 'CampaignIncomplete', 0],
    ['Settle', 'Lambda.TooManyRequestsException', 30],
    ['Settle', 'Lambda.AnErrorOfNextYearException', 6],
  ])('retries %s after %s %i times', (state, error, times) => {
    const retrier = (states.get(state)?.Retry ?? []).find(
      ({ ErrorEquals }) =>
        ErrorEquals.includes(error) ||
        ErrorEquals.includes('States.ALL') ||
        (ErrorEquals.includes('States.TaskFailed') && error !== 'States.Timeout'),
    );
    expect(retrier?.MaxAttempts ?? 0).toBe(times);
  });

  it('carries no content to the children that send', () => {
    expect(stateNamed('RegisterRows').Assign).toMatchObject({ rowsKey: '{% $states.input.sendRowsKey %}' });
  });
});

describe('compiling a workflow', () => {
  const machine = (state: string) => `QueryLanguage: JSONata\nStartAt: A\nStates:\n  A: ${state}\n`;

  it('resolves anchors, drops comments and puts an expression of several lines on one', () => {
    const yaml = machine(`
    Type: Pass # why
    Output: &o
      sum: |
        {% $sum([1,
          2]) %}
    Next: B
  B: { Type: Pass, Output: { <<: *o, more: 1 }, End: true }`);
    const { A, B } = JSON.parse(compile(yaml, 'it')).States;
    expect(A).toEqual({ Type: 'Pass', Output: { sum: '{% $sum([1, 2]) %}' }, Next: 'B' });
    expect(B.Output).toEqual({ sum: '{% $sum([1, 2]) %}', more: 1 });
  });

  it.each([
    ['YAML that is broken, with its line', machine('{ Type: Pass, End: true'), /line 5/],
    ['a field twice', machine('{ Type: Pass, End: true, End: true }'), /unique/],
    ['an anchor that is not there', machine('{ Type: Pass, Output: *nothing, End: true }'), /nothing/],
    ['a state that is not there', machine('{ Type: Pass, Next: B }'), /MISSING_TRANSITION_TARGET/],
    ['a type that is not there', machine('{ Type: Sleep, End: true }'), /SCHEMA_VALIDATION_FAILED/],
    [
      'an expression with a syntax error, with its place',
      machine('{ Type: Pass, Output: { a: [{ b: "{% $sum( %}" }] }, End: true }'),
      /\/States\/A\/Output\/a\/0\/b/,
    ],
    [
      'an expression that AWS would take as text',
      machine('{ Type: Pass, Output: { a: "is {% 1 %}" }, End: true }'),
      /is \{% 1 %\}/,
    ],
    ['no state machine at all', '', /not a valid state machine/],
  ])('refuses %s', (_, yaml, message) => {
    expect(() => compile(yaml, 'flow.yaml')).toThrow(message);
    expect(() => compile(yaml, 'flow.yaml')).toThrow(/^flow\.yaml is not a valid state machine/);
  });
});
