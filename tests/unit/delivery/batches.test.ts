import { BatchExecuteStatementCommand } from '@aws-sdk/lib-dynamodb';
import { createPostpone } from '../../../core/campaigns/postpone.ts';
import { dryRun } from '../../../core/delivery/providers/dry-run.ts';
import { PregonError } from '../../../core/errors.ts';
import { errorOf } from '../../../core/ledger/transitions.ts';
import { simulatedQueue } from './simulated-queue.ts';
import { batchMessage, type failing, openDelivery, range, recordOf } from './support.ts';

let delivery: Awaited<ReturnType<typeof openDelivery>>;
beforeEach(async () => {
  delivery = await openDelivery();
});
afterEach(() => delivery.close());

const recipients = () =>
  delivery.mailbox.map(({ email }) => Number(email.sendId.replace('b1-', ''))).sort((a, b) => a - b);
const sentRow = (row: number) => ({ row, status: 'SENT', messageId: `m-b1-${row}` });
const transient = (row: number, code = 'ProviderUnavailable') => ({
  row,
  reason: {
    M: {
      code: { S: code },
      class: { S: 'transient' },
      message: { S: expect.any(String) },
      retryable: { BOOL: true },
    },
  },
});
const failRow =
  (row: number, code: Parameters<typeof failing>[0]) =>
  ({ sendId }: { sendId: string }) => {
    if (sendId === `b1-${row}`) throw new PregonError(code, `${code} on purpose`);
  };

describe('a message of several rows', () => {
  it('becomes one email per row and one answer', async () => {
    await delivery.campaign(25);
    expect(await delivery.worker()([recordOf('m', batchMessage(range(1, 25)))])).toEqual([]);
    expect(recipients()).toEqual(range(1, 25));
    expect(delivery.answers).toEqual([
      { token: 'token', answer: 'success', output: { rows: expect.arrayContaining(range(1, 25).map(sentRow)) } },
    ]);
    expect((await delivery.counters.read('b1')).sent).toBe(25);
  });

  it('of which some fail for a moment names those in its answer, and they wait to be queued again', async () => {
    await delivery.campaign(3);
    delivery.onSend(failRow(2, 'ProviderUnavailable'));
    await delivery.worker()([recordOf('m', batchMessage([1, 2, 3]))]);
    expect(delivery.answers).toEqual([{ token: 'token', answer: 'Transient', cause: { failed: [transient(2)] } }]);
    const row = await delivery.row(2);
    expect(row).toMatchObject({ status: 'PENDING', attempts: 1, failedTry: { code: 'ProviderUnavailable' } });
    expect(row?.lease).toBeUndefined();
  });

  it('of an account that may not send fails with Account, and the rows before it are recorded', async () => {
    await delivery.campaign(3);
    delivery.onSend(failRow(3, 'SendingPaused'));
    await delivery.worker()([recordOf('m', batchMessage([1, 2, 3]))]);
    expect(delivery.answers).toEqual([
      { token: 'token', answer: 'Account', cause: { code: 'SendingPaused', message: expect.any(String) } },
    ]);
    const statuses = await Promise.all([1, 2, 3].map(async (row) => (await delivery.row(row))?.status));
    expect(statuses).toEqual(['SENT', 'SENT', 'QUEUED']);
  });

  it('with a row that is not in the ledger does not keep the others waiting', async () => {
    await delivery.campaign(1);
    expect(await delivery.worker()([recordOf('m', batchMessage([1, 99]))])).toEqual([]);
    expect(delivery.answers).toMatchObject([
      { answer: 'Transient', cause: { failed: [transient(99, 'NotDelivered')] } },
    ]);
    expect(delivery.metrics.get('Poison')).toBe(1);
  });
});

describe('a message whose every row meets another fate', () => {
  it('is answered once all are decided, and loses none of them', async () => {
    const { clock, ledger, store } = delivery;
    const queue = simulatedQueue(clock);
    await delivery.campaign(9);
    const row = (rowNumber: number) => ({ batchId: 'b1', rowNumber });
    // 1 is sent, 2 rejected, 3 fails for a moment, 4 unconfirmed, 5 throttled once.
    const throttled = new Set([5]);
    delivery.onSend(({ sendId }) => {
      const number = Number(sendId.replace('b1-', ''));
      if (number === 2) throw new PregonError('MessageRejected', 'no');
      if (number === 3) throw new PregonError('ProviderUnavailable', 'not now');
      if (number === 4) throw new PregonError('DeliveryUnconfirmed', 'perhaps');
      if (throttled.delete(number)) throw new PregonError('Throttled', 'slower');
    });
    // 6 is held by a worker that sends it a second later, 7 by one that has died, 8 was sent before, 9 is not queued.
    const held = await ledger.claim(row(6), { leaseId: 'other', leaseUntil: clock.now() + 30_000 });
    await ledger.claim(row(7), { leaseId: 'dead', leaseUntil: clock.now() + 30_000 });
    const before = await ledger.claim(row(8), { leaseId: 'before', leaseUntil: clock.now() + 30_000 });
    if (held.result !== 'claimed' || before.result !== 'claimed') throw new Error('not claimed');
    await ledger.recordSent(before.row, 'before', { provider: 'ses', messageId: 'm8' });
    const nine = await ledger.claim(row(9), { leaseId: 'nine', leaseUntil: clock.now() + 30_000 });
    if (nine.result !== 'claimed') throw new Error('not claimed');
    await ledger.recordFailedTry(nine.row, 'nine', { code: 'ProviderUnavailable', message: 'earlier' });

    queue.put(JSON.stringify(batchMessage(range(1, 9), { queuedAt: clock.now() })));
    const work = delivery.worker({ postpone: createPostpone(queue.sqs, 'send', () => 0) });
    const working = queue.consume(work);
    await clock.sleep(1_000);
    await ledger.recordSent(held.row, 'other', { provider: 'ses', messageId: 'm6' });
    await working;

    expect(delivery.answers).toEqual([
      {
        token: 'token',
        answer: 'Transient',
        cause: { failed: [transient(3), transient(9)] },
      },
    ]);
    const rows = await Promise.all(range(1, 9).map((number) => delivery.row(number)));
    expect(rows.map((one) => one?.status)).toEqual([
      'SENT',
      'ERROR',
      'PENDING',
      'ERROR',
      'SENT',
      'SENT',
      'ERROR',
      'SENT',
      'PENDING',
    ]);
    expect(rows[6]?.error?.code).toBe('DeliveryUnconfirmed');
    expect(rows.some((one) => one?.lease)).toBe(false);
    expect(recipients()).toEqual([1, 5]);
    expect(queue.deadLetters).toEqual([]);
    expect((await store.get('b1'))?.accountError).toBeUndefined();
  });
});

describe('a message that comes again', () => {
  it('to two workers at once is sent once, and the answers are the same', async () => {
    await delivery.campaign(10);
    const queue = simulatedQueue(delivery.clock);
    const body = JSON.stringify(batchMessage(range(1, 10), { queuedAt: delivery.clock.now() }));
    queue.put(body);
    queue.put(body);
    const postpone = createPostpone(queue.sqs, 'send', () => 0);
    await Promise.all([1, 2].map(() => queue.consume(delivery.worker({ postpone }), 1)));
    expect(recipients()).toEqual(range(1, 10));
    expect(delivery.answers.length).toBeGreaterThan(0);
    for (const { answer, output } of delivery.answers) {
      expect(answer).toBe('success');
      expect((output as { rows: unknown[] }).rows.length).toBeLessThanOrEqual(10);
    }
    expect(queue.deadLetters).toEqual([]);
  });

  it('after its worker died between a failed try and the answer is answered by the ledger, and takes no slot', async () => {
    await delivery.campaign(3);
    delivery.onSend(failRow(2, 'ProviderUnavailable'));
    const lost = () => Promise.reject(new Error('the process died'));
    const message = batchMessage([1, 2, 3], { queuedAt: delivery.clock.now() });
    const dying = delivery.worker({ tokens: { succeed: lost, fail: lost, isWaiting: lost } });
    expect(await dying([recordOf('m', message)])).toEqual(['m']);
    delivery.clock.move(60_000);

    const noSlot = { name: 'ses', toleranceMs: 20, reserve: lost, idle: async () => undefined };
    const work = delivery.worker({ real: { provider: dryRun, limiter: noSlot } });
    expect(await work([recordOf('m', message, 2)])).toEqual([]);
    expect(delivery.answers).toEqual([{ token: 'token', answer: 'Transient', cause: { failed: [transient(2)] } }]);
    expect(recipients()).toEqual([1, 3]);
  });

  it('though its copy was answered is dropped with no call of the ledger', async () => {
    await delivery.campaign(2);
    delivery.dead.add('token');
    const never = () => {
      throw new Error('nothing is asked');
    };
    const work = delivery.worker({ ledger: new Proxy(delivery.ledger, { get: never }) });
    const message = batchMessage([1, 2], { queuedAt: delivery.clock.now() });
    expect(await work([recordOf('m', message, 2), recordOf('copy', { ...message, postponed: 1 })])).toEqual([]);
    expect(delivery.answers).toEqual([]);
  });

  it('races with its copy: one answer counts, and it names every failed row', async () => {
    await delivery.campaign(4);
    delivery.answerOnce();
    const queue = simulatedQueue(delivery.clock);
    const throttled = new Set(['b1-3']);
    delivery.onSend(({ sendId }) => {
      if (sendId === 'b1-2') throw new PregonError('ProviderUnavailable', 'not now');
      if (throttled.delete(sendId)) throw new PregonError('Throttled', 'slower');
    });
    const body = JSON.stringify(batchMessage([1, 2, 3, 4], { queuedAt: delivery.clock.now() }));
    queue.put(body);
    // SQS delivers at least once: this one comes when the copy is due.
    queue.put(body, 1);
    const postpone = createPostpone(queue.sqs, 'send', () => 0);
    await Promise.all([1, 2].map(() => queue.consume(delivery.worker({ postpone }), 1)));
    expect(recipients()).toEqual([1, 3, 4]);
    expect([...delivery.answers]).toEqual([{ token: 'token', answer: 'Transient', cause: { failed: [transient(2)] } }]);
  });

  it('whose answer Step Functions did not take is answered by its copy', async () => {
    await delivery.campaign(2);
    const busy = Object.assign(new Error('busy'), { name: 'ThrottlingException' });
    const refuse = () => Promise.reject(busy);
    const work = delivery.worker({ tokens: { succeed: refuse, fail: refuse, isWaiting: refuse } });
    const message = batchMessage([1, 2], { queuedAt: delivery.clock.now() });
    expect(await work([recordOf('m', message)])).toEqual([]);
    expect(delivery.postponed).toMatchObject([{ message: { rows: [1, 2] }, delayMs: 2_000 }]);
    await delivery.worker()([recordOf('copy', { ...message, postponed: 1 })]);
    expect(recipients()).toEqual([1, 2]);
    expect(delivery.answers).toMatchObject([{ answer: 'success', output: { rows: [sentRow(1), sentRow(2)] } }]);
  });

  it('too often is answered: what was not sent may be tried again', async () => {
    await delivery.campaign(2);
    const lease = { leaseId: 'other', leaseUntil: delivery.clock.now() + 30_000 };
    await delivery.ledger.claim({ batchId: 'b1', rowNumber: 2 }, lease);
    const failed = [{ row: 7, code: 'ProviderUnavailable', message: 'before' }];
    const message = batchMessage([1, 2], { queuedAt: delivery.clock.now(), postponed: 1_000, failed });
    await delivery.worker()([recordOf('m', message)]);
    expect(delivery.answers).toMatchObject([
      { answer: 'Transient', cause: { failed: [transient(2, 'NotDelivered'), transient(7)] } },
    ]);
    expect(recipients()).toEqual([1]);
  });
});

describe('DynamoDB failing in the calls that rows share', () => {
  type Send = (...call: unknown[]) => Promise<{ Responses?: object[] }>;
  /** Runs in place of the n-th call with statements. */
  function onStatements(answer: (n: number, call: () => ReturnType<Send>) => ReturnType<Send>) {
    const { client } = delivery.table;
    const send = client.send.bind(client) as Send;
    let calls = 0;
    client.send = (async (...call: unknown[]) => {
      if (!(call[0] instanceof BatchExecuteStatementCommand)) return send(...call);
      calls += 1;
      return answer(calls, () => send(...call));
    }) as never;
  }
  const reset = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

  it.each([1, 2, 3])('loses the answer of call %i: nothing is sent twice and nothing is lost', async (lost) => {
    await delivery.campaign(6);
    delivery.onSend(failRow(4, 'ProviderUnavailable'));
    onStatements(async (n, call) => {
      const answer = await call();
      if (n === lost) throw reset();
      return answer;
    });
    const queue = simulatedQueue(delivery.clock);
    queue.put(JSON.stringify(batchMessage(range(1, 6), { queuedAt: delivery.clock.now() })));
    await queue.consume(delivery.worker({ postpone: createPostpone(queue.sqs, 'send', () => 0) }));

    const times = new Map<number, number>();
    for (const row of recipients()) times.set(row, (times.get(row) ?? 0) + 1);
    expect([...times.values()].every((count) => count === 1)).toBe(true);
    expect(delivery.answers).toHaveLength(1);
    for (const row of [1, 2, 3, 5, 6]) expect(await delivery.row(row)).toMatchObject({ status: 'SENT' });
    expect(delivery.answers).toMatchObject([{ answer: 'Transient', cause: { failed: [transient(4)] } }]);
    expect(queue.deadLetters).toEqual([]);
  });

  it('throttles some of the statements: only those are repeated', async () => {
    await delivery.campaign(6);
    onStatements(async (n, call) => {
      if (n > 2) return call();
      const { Responses = [] } = await call();
      return { Responses: Responses.map((one, index) => (index % 2 ? { Error: { Code: 'ThrottlingError' } } : one)) };
    });
    const queue = simulatedQueue(delivery.clock);
    queue.put(JSON.stringify(batchMessage(range(1, 6), { queuedAt: delivery.clock.now() })));
    await queue.consume(delivery.worker({ postpone: createPostpone(queue.sqs, 'send', () => 0) }));
    expect(recipients()).toEqual(range(1, 6));
    expect(delivery.answers).toMatchObject([{ answer: 'success' }]);
  });
});

it('rows of one message may be sent later than the function lives, with one message at a time', async () => {
  await delivery.campaign(25);
  const { clock } = delivery;
  const queue = simulatedQueue(clock);
  queue.put(JSON.stringify(batchMessage(range(1, 25), { queuedAt: clock.now() })));
  const work = delivery.worker({ perSecond: 2, postpone: createPostpone(queue.sqs, 'send', () => 0) });
  await queue.consume(work);
  expect(recipients()).toEqual(range(1, 25));
  expect(delivery.answers).toMatchObject([{ token: 'token', answer: 'success' }]);
});

it('a row in ERROR or moved back by a redrive is known without a try', async () => {
  await delivery.campaign(1, {}, { status: 'ERROR', error: errorOf('MessageRejected', 'no') });
  await delivery.worker()([recordOf('m', batchMessage([1]), 2)]);
  expect(delivery.answers).toMatchObject([
    { answer: 'success', output: { rows: [{ row: 1, status: 'ERROR', code: 'MessageRejected' }] } },
  ]);
});
