import fc from 'fast-check';
import { type Answer, createBreakers } from '../../../core/delivery/breaker/breaker.ts';
import {
  afterFailure,
  afterSuccess,
  BREAKER_DEFAULTS,
  HEALTHY,
  probing,
  verdictOn,
} from '../../../core/delivery/breaker/state.ts';
import { openTable } from '../support/table.ts';

const probeIn = (answer: Answer): number => (answer.kind === 'probe' ? answer.probeUntil : Number.NaN);
const { threshold, openMs, maxOpenMs, windowMs, probeMs } = BREAKER_DEFAULTS;

describe('the state of a breaker', () => {
  const failTimes = (times: number, at = 1000) =>
    Array.from({ length: times }).reduce<typeof HEALTHY>(
      (state) => afterFailure(state, at, 'down', BREAKER_DEFAULTS),
      HEALTHY,
    );

  it('opens at the threshold of failures in a row, and at once where the account is refused', () => {
    expect(verdictOn(failTimes(threshold - 1), 1000)).toEqual({ kind: 'pass' });
    expect(verdictOn(failTimes(threshold), 1000)).toEqual({ kind: 'skip', retryAt: 1000 + openMs });
    expect(verdictOn(afterFailure(HEALTHY, 1000, '401', BREAKER_DEFAULTS, true), 1000).kind).toBe('skip');
  });

  it('forgets failures that are older than its window', () => {
    const early = failTimes(threshold - 1, 1000);

    expect(afterFailure(early, 1000 + windowMs + 1, 'down', BREAKER_DEFAULTS).failures).toBe(1);
  });

  it('stays open for longer each time a probe fails, up to its limit', () => {
    let state = failTimes(threshold, 0);
    const spans: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const from = state.openUntil;
      state = afterFailure(probing(state, from, BREAKER_DEFAULTS), from, 'down', BREAKER_DEFAULTS);
      spans.push(state.openUntil - from);
    }

    expect(spans.slice(0, 2)).toEqual([openMs * 2, openMs * 4]);
    expect(Math.max(...spans)).toBe(maxOpenMs);
  });

  it('never stays open forever, and a success closes it in any state', () => {
    const step = fc.record({
      kind: fc.constantFrom('failure', 'fatal', 'probe', 'success'),
      wait: fc.nat(maxOpenMs * 2),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let state = HEALTHY;
        let now = 0;
        for (const { kind, wait } of steps) {
          now += wait;
          if (kind === 'success') state = afterSuccess();
          else if (kind === 'probe') {
            if (verdictOn(state, now).kind === 'probe') state = probing(state, now, BREAKER_DEFAULTS);
          } else state = afterFailure(state, now, 'down', BREAKER_DEFAULTS, kind === 'fatal');

          const verdict = verdictOn(state, now);
          if (verdict.kind === 'skip') expect(verdict.retryAt - now).toBeLessThanOrEqual(Math.max(maxOpenMs, probeMs));
        }
        expect(verdictOn(state, now + maxOpenMs + probeMs).kind).not.toBe('skip');
        expect(verdictOn(afterSuccess(), now)).toEqual({ kind: 'pass' });
      }),
    );
  });
});

describe('breakers shared by workers', () => {
  let table: Awaited<ReturnType<typeof openTable>>;
  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.close());

  it('lets only one worker probe a provider, and all use it again once the probe succeeded', async () => {
    const workers = [1, 2, 3, 4].map(() => createBreakers(table.control));
    const [first, second] = workers;
    for (let n = 0; n < threshold; n += 1) await first?.failed('mailgun', 'mailgun: 500 down');
    table.clock.move(1001);
    expect(await second?.ask('mailgun')).toMatchObject({ kind: 'skip', lastAnswer: 'mailgun: 500 down' });
    expect(await second?.ask('ses')).toMatchObject({ kind: 'pass' });

    table.clock.move(openMs);
    const verdicts = await Promise.all(workers.map((worker) => worker.ask('mailgun')));
    expect(verdicts.map(({ kind }) => kind).sort()).toEqual(['probe', 'skip', 'skip', 'skip']);

    await workers[verdicts.findIndex(({ kind }) => kind === 'probe')]?.succeeded('mailgun');
    table.clock.move(1001);
    const after = await Promise.all(workers.map((worker) => worker.ask('mailgun')));
    expect(after.map(({ kind }) => kind)).toEqual(['pass', 'pass', 'pass', 'pass']);
  });

  it('lets another worker probe when the first one does not report', async () => {
    const breakers = createBreakers(table.control);
    await breakers.failed('ses', 'ses: paused', true);
    table.clock.move(openMs);
    expect((await breakers.ask('ses')).kind).toBe('probe');
    expect((await breakers.ask('ses')).kind).toBe('skip');

    table.clock.move(probeMs);
    expect((await breakers.ask('ses')).kind).toBe('probe');
  });

  it('lets another worker probe at once when the first one cancels its own probe', async () => {
    const [one, two] = [createBreakers(table.control), createBreakers(table.control)];
    await one.failed('ses', 'ses: paused', true);
    table.clock.move(openMs);
    const first = probeIn(await one.ask('ses'));
    await one.cancelProbe('ses', first);
    table.clock.move(1001);
    const second = probeIn(await two.ask('ses'));

    await one.cancelProbe('ses', first);
    expect((await one.ask('ses')).kind).toBe('skip');

    // What was probed opens for longer where it fails, given back or not.
    await two.failed('ses', 'ses: paused');
    table.clock.move(openMs * 2 - 1);
    expect((await two.ask('ses')).kind).toBe('skip');
    await two.cancelProbe('ses', second);
    expect((await two.ask('ses')).kind).toBe('skip');
  });
});
