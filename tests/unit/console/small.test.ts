import { awsConsoleUrl, executionPath, mapRunPath, parseArn } from '../../../console/src/api/arn.ts';
import { ApiError, isMissing } from '../../../console/src/api/call.ts';
import { childRowsOf, describeRows, nameOfChild } from '../../../console/src/executions/childRows.ts';
import { readCause, shorten } from '../../../console/src/format/text.ts';
import { formatDuration } from '../../../console/src/format/time.ts';
import { readLogLine } from '../../../console/src/graph/logLine.ts';
import { MAX_PAUSE_MS, pauseAfter } from '../../../console/src/live/backoff.ts';
import { describeCounts } from '../../../console/src/map-runs/counts.ts';
import { addSample, rateOf, type Sample } from '../../../console/src/map-runs/rate.ts';
import { FIELDS, problemOf } from '../../../console/src/map-runs/settings.ts';

const CHILD = 'arn:aws:states:us-east-1:000000000000:execution:campaign/SendRows:0b3c';
const MAP_RUN = 'arn:aws:states:us-east-1:000000000000:mapRun:campaign/SendRows:5f1e';

describe('ARNs', () => {
  test('say the state machine, the label and the name', () => {
    expect(parseArn(CHILD)).toEqual({
      region: 'us-east-1',
      stateMachine: 'campaign',
      label: 'SendRows',
      name: '0b3c',
    });
    expect(parseArn('arn:aws:states:us-east-1:000000000000:execution:campaign:a').label).toBeUndefined();
  });

  test('are readable in a route and come back from it', () => {
    expect(executionPath(CHILD)).toBe(`/console/executions/${CHILD}`);
    const odd = 'arn:aws:states:us-east-1:0:execution:m:a?b%c';
    expect(decodeURIComponent(executionPath(odd)).endsWith(odd)).toBe(true);
    expect(mapRunPath(MAP_RUN)).toBe(`/console/map-runs/${MAP_RUN}`);
  });

  test('lead to the same thing in the console of AWS', () => {
    expect(awsConsoleUrl(CHILD)).toContain('region=us-east-1#/v2/executions/details/arn:aws:states');
    expect(awsConsoleUrl(undefined)).toBe('https://console.aws.amazon.com/states/home');
  });
});

describe('polling', () => {
  test('keeps its interval while answers come, and backs off to a bound while they do not', () => {
    expect(pauseAfter(1000, 0)).toBe(1000);
    expect(pauseAfter(1000, 2)).toBe(4000);
    expect(pauseAfter(1000, 20)).toBe(MAX_PAUSE_MS);
  });
});

describe('the rate of a Map Run', () => {
  const samplesOf = (...all: [number, number][]): readonly Sample[] =>
    all.reduce<readonly Sample[]>((samples, [at, done]) => addSample(samples, { at, done }), []);

  test('is unknown from one answer', () => {
    expect(rateOf(samplesOf([0, 10]))).toBeUndefined();
  });

  test('is taken over the last ten seconds', () => {
    const samples = samplesOf([0, 0], [5000, 500], [10_000, 500], [15_000, 500], [20_000, 500]);
    expect(rateOf(samples)).toBe(0);
  });

  test('starts anew when a redrive takes done items back', () => {
    expect(rateOf(samplesOf([0, 100], [2000, 300], [3000, 280]))).toBeUndefined();
  });
});

describe('the items of a Map Run', () => {
  test('that were aborted are not done, because a redrive runs them again', () => {
    const counts = { pending: 0, running: 0, succeeded: 5, failed: 2, timedOut: 1, aborted: 4, total: 12 };
    expect(describeCounts({ ...counts, resultsWritten: 0 })).toMatch(/^8 of 12 done: .*4 aborted/);
  });
});

describe('what does not exist', () => {
  test.each(['ExecutionDoesNotExist', 'StateMachineDoesNotExist', 'InvalidArn', 'ResourceNotFound'])('%s', (name) => {
    expect(isMissing(new ApiError(name, 'none', 400))).toBe(true);
  });

  test('is told from what cannot be read now', () => {
    expect(isMissing(new ApiError('InternalFailure', 'down', 500))).toBe(false);
    expect(isMissing(undefined)).toBe(false);
  });
});

describe('the rows of a child execution', () => {
  test.each([
    ['{"batchId":"b","rowNumber":5}', [5], 'Row 5'],
    ['{"BatchInput":{"batchId":"b"},"Items":[{"row":5,"pk":"b#5"}]}', [5], 'Row 5'],
    ['{"BatchInput":{"batchId":"b"},"Items":[{"row":"27"},{"row":26},{"row":28}]}', [26, 27, 28], 'Rows 26–28'],
    [
      '{"BatchInput":{"batchId":"b"},"Items":[{"row":3},{"row":7},{"row":9},{"row":10}]}',
      [3, 7, 9, 10],
      'Rows 3, 7, 9–10',
    ],
    ['{"BatchInput":{"insert":"INSERT"},"Items":[{"state":{}}]}', undefined, undefined],
    ['{"batchId":"b","rows":[1,3,5,7].{"row":$}}', undefined, undefined],
    ['{"n":1}', undefined, undefined],
  ])('are read from its input %s', (input, rows, text) => {
    const child = childRowsOf(input);
    expect(child?.rows).toEqual(rows);
    expect(child && describeRows(child.rows)).toBe(text);
  });

  test('of many ranges the first are written, and how many rows there are', () => {
    expect(describeRows([1, 3, 5, 7, 1009])).toBe('Rows 1, 3, 5 … (5)');
  });

  test('name it together with their first address', () => {
    expect(nameOfChild([5], 'ana@example.com')).toBe('Row 5 · ana@example.com');
    expect(nameOfChild([5, 6, 7], 'ana@example.com')).toBe('Rows 5–7 · ana@example.com and 2 more');
    expect(nameOfChild([5], undefined)).toBe('Row 5');
  });
});

describe('the limits of a Map Run', () => {
  const [concurrency, , percentage] = FIELDS;
  if (concurrency === undefined || percentage === undefined) throw new Error('There are three limits');

  test('are refused before they are sent when they cannot be right', () => {
    expect(problemOf(concurrency, '')).toBe('Give a number.');
    expect(problemOf(concurrency, '2.5')).toBe('Give a whole number.');
    expect(problemOf(percentage, '101')).toContain('0 to 100');
    expect(problemOf(percentage, '2.5')).toBeUndefined();
  });
});

describe('durations', () => {
  test.each([
    [12, '12 ms'],
    [1000, '1 s'],
    [1350, '1.35 s'],
    [59_999, '59 s'],
    [100_000, '1 min 40 s'],
    [7_200_000, '2 h'],
    [200_000_000, '2 d 7 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('texts', () => {
  test.each([
    [
      '{"errorType":"Down","errorMessage":"not now","trace":["Down: not now","    at call (a.js:1:2)"]}',
      { kind: 'Down', message: 'not now', stack: ['    at call (a.js:1:2)'] },
    ],
    ['{"code":"MessageRejected","message":"refused"}', { kind: 'MessageRejected', message: 'refused' }],
    ['{"code":1}', { message: '{"code":1}' }],
    ['plain', { message: 'plain' }],
  ])('the cause %s is read into its parts', (text, parts) => {
    expect(readCause(text)).toEqual(parts);
  });

  test.each([
    [
      '{"level":"WARN","message":"A row failed","timestamp":"2026-11-22T10:00:05.000Z","service":"settle","row":7,"error":{"a":1}}',
      '2026-11-22T10:00:05.000Z WARN A row failed row=7 error={"a":1}',
    ],
    ['REPORT RequestId: a', 'REPORT RequestId: a'],
    ['{"_aws":{},"Sent":1}', undefined],
    ['', undefined],
  ])('the line %s of a log is read', (line, text) => {
    expect(readLogLine(line)).toBe(text);
  });

  test('a hash is known by its ends, a short name is left whole', () => {
    expect(shorten(`${'a'.repeat(58)}bcdefg`)).toBe('aaaaaaaaaaaa…bcdefg');
    expect(shorten('spring-campaign')).toBe('spring-campaign');
  });
});
