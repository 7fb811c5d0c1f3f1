import { jest } from '@jest/globals';
import type { HistoryEvent } from '../../../console/src/api/types.ts';
import { MAX_THROTTLED_MS, pauseAfterThrottling } from '../../../console/src/live/backoff.ts';
import { mapRunStarts } from '../../../console/src/map-runs/starts.ts';

globalThis.PREGON_LOCAL = { apiKey: 'k', aws: '/_aws' };
const { call } = await import('../../../console/src/api/call.ts');

const throttled = () =>
  Response.json({ __type: 'com.amazonaws.sfn#ThrottlingException', message: 'Rate exceeded' }, { status: 400 });

/** Answers so many calls as throttled, and the others with 200. */
function answers(refusals: number) {
  let calls = 0;
  globalThis.fetch = (async () => {
    calls += 1;
    return calls <= refusals ? throttled() : Response.json({ call: calls });
  }) as typeof fetch;
  return { calls: () => calls };
}

const realFetch = globalThis.fetch;
beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  jest.useRealTimers();
  globalThis.fetch = realFetch;
});

describe('a throttled call of the console', () => {
  test('is repeated until it is accepted, without an error', async () => {
    const polled = answers(25);
    const answer = call('DescribeExecution', {}, new AbortController().signal);
    await jest.advanceTimersByTimeAsync(25 * MAX_THROTTLED_MS);
    await expect(answer).resolves.toEqual({ call: 26 });
    expect(polled.calls()).toBe(26);
  });

  test('ends when its page is left', async () => {
    const polled = answers(Number.POSITIVE_INFINITY);
    const page = new AbortController();
    const answer = call('DescribeExecution', {}, page.signal);
    const left = expect(answer).rejects.toBe('left');
    await jest.advanceTimersByTimeAsync(10_000);
    page.abort('left');
    await left;
    const calls = polled.calls();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(polled.calls()).toBe(calls);
  });

  test('that nobody can cancel is given up after ten tries', async () => {
    const sent = answers(Number.POSITIVE_INFINITY);
    const refused = expect(call('StopExecution', {})).rejects.toMatchObject({ name: 'ThrottlingException' });
    await jest.advanceTimersByTimeAsync(10 * MAX_THROTTLED_MS);
    await refused;
    expect(sent.calls()).toBe(10);
  });

  test('waits a random time that grows up to a bound', () => {
    const most = (failures: number) => pauseAfterThrottling(failures, () => 1);
    expect([1, 2, 3, 4, 20].map(most)).toEqual([1_000, 2_000, 4_000, 8_000, MAX_THROTTLED_MS]);
    expect(pauseAfterThrottling(3, () => 0.25)).toBe(1_000);
  });
});

test('another error of the API is not repeated', async () => {
  let calls = 0;
  globalThis.fetch = (async () => {
    calls += 1;
    return Response.json({ __type: 'ExecutionDoesNotExist', message: 'No' }, { status: 400 });
  }) as typeof fetch;
  await expect(call('DescribeExecution', {})).rejects.toMatchObject({ name: 'ExecutionDoesNotExist', status: 400 });
  expect(calls).toBe(1);
});

test('the Map Runs of an execution are read from its history, newest first, with the number of their starts', () => {
  const event = (id: number, type: string, mapRunArn?: string): HistoryEvent => ({
    id,
    timestamp: id,
    type,
    ...(mapRunArn !== undefined && {
      [`${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails` as 'mapRunStartedEventDetails']: { mapRunArn },
    }),
  });
  const starts = mapRunStarts([
    event(1, 'ExecutionStarted'),
    event(2, 'MapRunStarted', 'register'),
    event(3, 'MapRunSucceeded'),
    event(4, 'MapRunStarted', 'send'),
    event(5, 'MapRunFailed'),
    event(6, 'MapRunRedriven', 'send'),
  ]);
  expect([...starts]).toEqual([
    ['send', 2],
    ['register', 1],
  ]);
});
