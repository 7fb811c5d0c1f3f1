import { startTimer } from '../../../core/clock.ts';
import { simulatedClock } from '../support/clock.ts';

describe('a timer', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  function started(ms: number) {
    const clock = simulatedClock({ manual: true });
    const calls: number[] = [];
    const begun = clock.now();
    const cancel = startTimer(clock, ms, () => calls.push(clock.now() - begun));
    const move = async (by: number) => {
      clock.move(by);
      await turn();
    };
    return { calls, cancel, move };
  }

  it('calls back once, after its time', async () => {
    const { calls, move } = started(4_000);
    await move(3_999);
    expect(calls).toEqual([]);
    await move(1);
    await move(60_000);
    expect(calls).toEqual([4_000]);
  });

  it('that is cancelled does not call back', async () => {
    const { calls, cancel, move } = started(4_000);
    cancel();
    await move(4_000);
    expect(calls).toEqual([]);
  });

  it('of a process that was stopped leaves a moment to read the answer that it limits', async () => {
    const answered = started(4_000);
    await answered.move(60_000);
    answered.cancel();
    await answered.move(60_000);
    expect(answered.calls).toEqual([]);

    const silent = started(4_000);
    await silent.move(60_000);
    expect(silent.calls).toEqual([]);
    await silent.move(500);
    expect(silent.calls).toEqual([60_500]);
  });
});
