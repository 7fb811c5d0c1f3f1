import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { aborted, timeLimit } from '../../../scripts/chaos/time-limit.ts';
import { simulatedClock } from '../support/clock.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('aborts after its time, and not before', async () => {
  const clock = simulatedClock({ manual: true });
  const limit = timeLimit(300, undefined, clock);
  clock.move(299);
  await turn();
  expect(limit.aborted).toBe(false);
  clock.move(1);
  await turn();
  expect(limit.aborted).toBe(true);
});

it('aborts with its parent, also with one that is aborted already', async () => {
  const clock = simulatedClock({ manual: true });
  const parent = new AbortController();
  const limit = timeLimit(300, parent.signal, clock);
  expect(limit.aborted).toBe(false);
  parent.abort();
  await aborted(limit);
  expect(timeLimit(300, parent.signal, clock).aborted).toBe(true);
});

it('aborts when nothing but a loop polls it and the garbage was collected', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const clock = simulatedClock({ manual: true });
  const limit = timeLimit(300, timeLimit(1_000, undefined, clock), clock);
  await turn();
  collectGarbage();
  await turn();
  clock.move(300);
  await turn();
  expect(limit.aborted).toBe(true);
});
