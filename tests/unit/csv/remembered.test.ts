import { remembered } from '../../../core/csv/remembered.ts';

describe('a function that is remembered', () => {
  const counted = () => {
    let calls = 0;
    const size = remembered((text) => {
      calls++;
      return text.length;
    });
    return { size, calls: () => calls };
  };

  it('is computed once for each text', () => {
    const { size, calls } = counted();

    expect([size('a'), size('bb'), size('a'), size('bb')]).toEqual([1, 2, 1, 2]);
    expect(calls()).toBe(2);
  });

  it('keeps a bounded number of results, and none of a long text', () => {
    const { size, calls } = counted();
    for (let n = 0; n < 5_000; n++) size(`text ${n}`);
    size('x'.repeat(101));

    expect([size('text 999'), size('text 1000'), size('x'.repeat(101))]).toEqual([8, 9, 101]);
    expect(calls()).toBe(5_003);
  });
});
