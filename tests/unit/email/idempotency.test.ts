import { createIdempotency, idempotencyKey } from '../../../core/idempotency/idempotency.ts';
import { openTable } from '../support/table.ts';

describe('an idempotency key', () => {
  let table: Awaited<ReturnType<typeof openTable>>;
  const call = { scope: 'emails', key: 'k1', request: { subject: 'a', to: ['b'] } };
  const accepted = (id: string) => ({ status: 202, body: { id } });
  const keys = () => createIdempotency(table.control);

  beforeEach(async () => {
    table = await openTable();
  });
  afterEach(() => table.close());

  it('replays the first answer, also when the members of the request come in another order', async () => {
    const first = await keys().once(call, async (reference) => accepted(reference));
    const again = await keys().once({ ...call, request: { to: ['b'], subject: 'a' } }, async () => accepted('other'));

    expect(first.replayed).toBe(false);
    expect(again).toEqual({ answer: first.answer, replayed: true });
  });

  it('is another key in another scope', async () => {
    await keys().once(call, async () => accepted('1'));

    expect((await keys().once({ ...call, scope: 'orders' }, async () => accepted('2'))).replayed).toBe(false);
  });

  it('refuses another request with 422, and a second call while the first is in progress with 409', async () => {
    const second: { error?: unknown; other?: unknown } = {};
    await keys().once(call, async () => {
      second.error = await keys()
        .once(call, async () => accepted('2'))
        .catch((error: unknown) => error);
      second.other = await keys()
        .once({ ...call, request: {} }, async () => accepted('3'))
        .catch((error: unknown) => error);
      return accepted('1');
    });

    expect(second.error).toMatchObject({ code: 'Conflict', status: 409, extra: { retryAfter: 1 } });
    expect(second.other).toMatchObject({ code: 'Unprocessable', status: 422 });
  });

  it('lets one of many calls at the same time work', async () => {
    let worked = 0;
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        keys().once(call, async () => {
          worked += 1;
          return accepted('1');
        }),
      ),
    );

    expect(worked).toBe(1);
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it.each([
    ['a thrown error', () => Promise.reject(new Error('the table is away'))],
    ['a 5xx answer', () => Promise.resolve({ status: 503, body: {} })],
  ])('does not keep %s, and the next call continues with the same reference', async (_name, work) => {
    const references: string[] = [];
    await keys()
      .once(call, (reference) => {
        references.push(reference);
        return work();
      })
      .catch(() => undefined);

    const next = await keys().once(call, async (reference) => {
      references.push(reference);
      return accepted(reference);
    });

    expect(next.replayed).toBe(false);
    expect(references[0]).toBe(references[1]);
  });

  it('is taken over from a run that died, with its reference', async () => {
    const references: string[] = [];
    // A run that never ends stands for one whose process was killed.
    void keys().once(call, (reference) => {
      references.push(reference);
      return new Promise(() => undefined);
    });
    while (references.length === 0) await new Promise((resolve) => setImmediate(resolve));
    table.clock.move(30_001);

    const next = await keys().once(call, async (reference) => accepted(reference));

    expect(next).toEqual({ answer: accepted(references[0] ?? ''), replayed: false });
  });

  it('is free again after a day', async () => {
    await keys().once(call, async () => accepted('1'));
    table.clock.move(24 * 3600_000);

    expect(await keys().once(call, async () => accepted('2'))).toEqual({ answer: accepted('2'), replayed: false });
  });

  it('is printable ASCII of 1 to 255 characters', () => {
    expect(idempotencyKey(' a-1 ')).toBe('a-1');
    for (const bad of ['', ' ', 'a b', 'ä', 'a'.repeat(256)])
      expect(() => idempotencyKey(bad)).toThrow('Idempotency-Key');
  });
});
