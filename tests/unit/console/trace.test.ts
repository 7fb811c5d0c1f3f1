import type { HistoryEvent } from '../../../console/src/api/types.ts';
import { parseDefinition } from '../../../console/src/graph/definition.ts';
import { tallyOf } from '../../../console/src/graph/notes.ts';
import { culpritOf, readTrace, summarize, type Trace, transitionKey } from '../../../console/src/graph/trace.ts';

const DEFINITION = parseDefinition(
  JSON.stringify({
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        Next: 'Last',
        ItemProcessor: { StartAt: 'Work', States: { Work: { Type: 'Task', End: true } } },
      },
      Last: { Type: 'Task', End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Sorry' }] },
      Sorry: { Type: 'Fail' },
      Call: { Type: 'Task', End: true },
    },
  }),
);

/** A history in short: [type, previousEventId, details?]; one second between two events. */
type Line = [string, number, Record<string, unknown>?];

function historyOf(lines: readonly Line[]): HistoryEvent[] {
  return lines.map(([type, previousEventId, details = {}], index) => ({
    id: index + 1,
    previousEventId,
    timestamp: 1000 + index,
    type,
    someEventDetails: details,
  }));
}

function traceOf(...lines: Line[]): Trace {
  return readTrace(historyOf(lines), DEFINITION);
}

function statusOf(trace: Trace, state: string): string {
  return summarize(trace.byState.get(state) ?? []);
}

const CALL: Line[] = [
  ['ExecutionStarted', 0],
  ['TaskStateEntered', 0, { name: 'Call', input: '{"a":1}' }],
  ['TaskScheduled', 2, { resourceType: 'lambda', resource: 'invoke' }],
];

describe('the trace of a history', () => {
  test('a state that was entered and not left is running, with its input', () => {
    const trace = traceOf(...CALL);
    expect(statusOf(trace, 'Call')).toBe('running');
    expect(statusOf(trace, 'Last')).toBe('notEntered');
    expect(trace.visits[0]).toMatchObject({ input: '{"a":1}', resource: 'lambda:invoke', enteredAt: 1001 });
  });

  test('tries that failed before the one that succeeded are retries of a succeeded state', () => {
    const trace = traceOf(
      ...CALL,
      ['TaskFailed', 3, { error: 'Transient', cause: 'try later' }],
      ['TaskScheduled', 4],
      ['TaskSucceeded', 5],
      ['TaskStateExited', 6, { name: 'Call', output: '2' }],
      ['ExecutionSucceeded', 7],
    );
    const [visit] = trace.byState.get('Call') ?? [];
    expect(visit).toMatchObject({ status: 'succeeded', output: '2', exitedAt: 1006 });
    expect(visit?.error).toBeUndefined();
    expect(visit?.attempts).toMatchObject([
      { status: 'failed', error: 'Transient', startedAt: 1002, endedAt: 1003 },
      { status: 'succeeded' },
    ]);
  });

  test('a state whose error was caught says so and keeps the error', () => {
    const trace = traceOf(
      ...CALL,
      ['TaskFailed', 3, { error: 'Recipient' }],
      ['TaskStateExited', 4, { name: 'Call', output: '{}' }],
      ['FailStateEntered', 5, { name: 'Sorry' }],
      ['ExecutionFailed', 6, { error: 'Recipient' }],
    );
    expect(statusOf(trace, 'Call')).toBe('caught');
    expect(trace.byState.get('Call')?.[0]?.error).toBe('Recipient');
    expect(statusOf(trace, 'Sorry')).toBe('failed');
    expect(trace.taken.has(transitionKey('Call', 'Sorry', true))).toBe(true);
    expect(trace.taken.has(transitionKey('Call', 'Sorry', false))).toBe(false);
  });

  test('a Task knows the Lambda function that it called and the request of each try', () => {
    const trace = traceOf(
      ['ExecutionStarted', 0],
      ['TaskStateEntered', 0, { name: 'Call' }],
      ['TaskScheduled', 2, { resourceType: 'lambda', resource: 'invoke', parameters: '{"FunctionName":"settle"}' }],
      ['TaskSucceeded', 3, { output: '{"SdkResponseMetadata":{"RequestId":"r1"}}' }],
    );
    expect(trace.visits[0]).toMatchObject({ functionName: 'settle', attempts: [{ requestId: 'r1' }] });
  });

  test('a stopped execution leaves its running states aborted', () => {
    const trace = traceOf(...CALL, ['ExecutionAborted', 0, { cause: 'by hand' }]);
    expect(statusOf(trace, 'Call')).toBe('aborted');
    expect(culpritOf(trace)).toBe('Call');
    expect(trace.byState.get('Call')?.[0]).toMatchObject({ exitedAt: 1003 });
  });

  test('a redrive goes on in the state that had failed, and its tries are told apart', () => {
    const failed: Line[] = [...CALL, ['TaskFailed', 3, { error: 'Down' }], ['ExecutionFailed', 4, { error: 'Down' }]];
    expect(statusOf(traceOf(...failed), 'Call')).toBe('failed');
    const redriven: Line[] = [...failed, ['ExecutionRedriven', 5, { redriveCount: 1 }], ['TaskScheduled', 2]];
    expect(statusOf(traceOf(...redriven), 'Call')).toBe('running');
    const done = traceOf(...redriven, ['TaskSucceeded', 7], ['TaskStateExited', 8, { name: 'Call', output: '{}' }]);
    expect(statusOf(done, 'Call')).toBe('succeeded');
    expect(done.byState.get('Call')?.[0]?.attempts.map(({ redrive }) => redrive)).toEqual([0, 1]);
  });

  test('the iterations of a Map are told apart, and what follows the Map belongs to none', () => {
    const trace = traceOf(
      ['ExecutionStarted', 0],
      ['MapStateEntered', 0, { name: 'Each' }],
      ['MapStateStarted', 2, { length: 2 }],
      ['MapIterationStarted', 3, { name: 'Each', index: 0 }],
      ['TaskStateEntered', 4, { name: 'Work' }],
      ['TaskStateExited', 5, { name: 'Work', output: '1' }],
      ['MapIterationSucceeded', 6, { name: 'Each', index: 0 }],
      ['MapIterationStarted', 7, { name: 'Each', index: 1 }],
      ['TaskStateEntered', 8, { name: 'Work' }],
      ['TaskStateExited', 9, { name: 'Work', output: '2' }],
      ['MapIterationSucceeded', 10, { name: 'Each', index: 1 }],
      ['MapStateSucceeded', 11],
      ['MapStateExited', 12, { name: 'Each', output: '[1,2]' }],
      ['TaskStateEntered', 13, { name: 'Last' }],
    );
    expect(trace.byState.get('Work')?.map(({ iteration }) => iteration)).toEqual([0, 1]);
    expect(tallyOf(trace.byState.get('Work') ?? [])).toBe('2 succeeded');
    expect(tallyOf(trace.byState.get('Each') ?? [])).toBeUndefined();
    expect(culpritOf(trace)).toBeUndefined();
    expect(statusOf(trace, 'Each')).toBe('succeeded');
    expect(trace.byState.get('Last')?.[0]).toMatchObject({ status: 'running' });
    expect(trace.byState.get('Last')?.[0]?.parent).toBeUndefined();
  });

  test('a failing iteration fails the Map around it', () => {
    const trace = traceOf(
      ['ExecutionStarted', 0],
      ['MapStateEntered', 0, { name: 'Each' }],
      ['MapStateStarted', 2, { length: 1 }],
      ['MapIterationStarted', 3, { name: 'Each', index: 0 }],
      ['TaskStateEntered', 4, { name: 'Work' }],
      ['TaskScheduled', 5],
      ['TaskFailed', 6, { error: 'Down' }],
      ['MapIterationFailed', 7, { name: 'Each', index: 0 }],
      ['MapStateFailed', 8],
      ['ExecutionFailed', 9, { error: 'Down' }],
    );
    expect(statusOf(trace, 'Each')).toBe('failed');
    expect(culpritOf(trace)).toBe('Work');
    expect(['failed', 'aborted']).toContain(statusOf(trace, 'Work'));
    expect(trace.byState.get('Work')?.[0]?.error).toBe('Down');
  });

  test('an expression that cannot be evaluated fails the state it is in', () => {
    const trace = traceOf(
      ['ExecutionStarted', 0],
      ['TaskStateEntered', 0, { name: 'Call' }],
      ['EvaluationFailed', 0, { error: 'States.QueryEvaluationError', cause: 'returned nothing', state: 'Call' }],
      ['ExecutionFailed', 3, { error: 'States.QueryEvaluationError' }],
    );
    expect(trace.byState.get('Call')?.[0]).toMatchObject({ status: 'failed', error: 'States.QueryEvaluationError' });
  });

  test('a Distributed Map knows its Map Run, also after a redrive of it', () => {
    const trace = traceOf(
      ['ExecutionStarted', 0],
      ['MapStateEntered', 0, { name: 'Each' }],
      ['MapStateStarted', 2, { length: 0 }],
      ['MapRunStarted', 3, { mapRunArn: 'arn:run' }],
      ['MapRunFailed', 4, { error: 'States.ExceedToleratedFailureThreshold' }],
      ['MapStateFailed', 5],
      ['ExecutionFailed', 6],
      ['ExecutionRedriven', 7],
      ['MapRunRedriven', 3, { mapRunArn: 'arn:run', redriveCount: 1 }],
    );
    expect(trace.byState.get('Each')?.[0]).toMatchObject({ status: 'running', mapRuns: ['arn:run'] });
  });
});
