import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';
import { createPostpone } from '../../../core/campaigns/postpone.ts';
import { simulatedQueue } from './simulated-queue.ts';
import { openDelivery } from './support.ts';

const DAY_MS = 24 * 60 * 60_000;

describe('a message that is put back again and again', () => {
  let delivery: Awaited<ReturnType<typeof openDelivery>>;
  beforeEach(async () => {
    delivery = await openDelivery();
    await delivery.campaign(1);
  });
  afterEach(() => delivery.close());

  /** A queue and a worker that sends nothing, because the account seems blocked for ever. */
  function blocked() {
    const { clock, store, worker } = delivery;
    const queue = simulatedQueue(clock);
    const blockedNow = async (batchId: string) => {
      const record = (await store.get(batchId)) as CampaignRecord;
      return { ...record, accountError: { code: 'SendingPaused', message: 'Paused.', at: clock.now() } };
    };
    const work = worker({
      postpone: createPostpone(queue.sqs, 'send', () => 0),
      campaigns: { get: blockedNow, forget: () => undefined },
    });
    return { queue, work };
  }
  const message = (changes: object = {}) =>
    JSON.stringify({ taskToken: 't1', batchId: 'b1', rowNumber: 1, queuedAt: delivery.clock.now(), ...changes });

  it('ends as NotDelivered after a thousand times, and uses up no receive', async () => {
    const { queue, work } = blocked();
    queue.put(message());
    await queue.consume(work);

    expect(delivery.answers).toEqual([
      {
        token: 't1',
        answer: 'Transient',
        cause: { code: 'NotDelivered', message: expect.stringContaining('put back 1000 times') },
      },
    ]);
    expect(queue.deadLetters).toEqual([]);
    expect(delivery.mailbox).toEqual([]);
  });

  it('ends when it is older than a day', async () => {
    const { queue, work } = blocked();
    queue.put(message({ queuedAt: delivery.clock.now() - DAY_MS - 1 }));
    await queue.consume(work);

    expect(delivery.answers).toMatchObject([{ token: 't1', answer: 'Transient', cause: { code: 'NotDelivered' } }]);
  });

  it('ends when nobody waits for it any more', async () => {
    const { queue, work } = blocked();
    delivery.dead.add('t1');
    queue.put(message());
    await queue.consume(work);

    expect(delivery.answers).toEqual([]);
    expect(queue.deadLetters).toEqual([]);
  });

  it('is left to the dead-letter queue when Step Functions cannot be told', async () => {
    const { clock, store } = delivery;
    const queue = simulatedQueue(clock);
    const work = delivery.worker({
      postpone: createPostpone(queue.sqs, 'send', () => 0),
      tokens: {
        succeed: async () => true,
        fail: () => Promise.reject(Object.assign(new Error('busy'), { name: 'ThrottlingException' })),
        isWaiting: async () => true,
      },
      campaigns: {
        get: async (batchId) => ({ ...((await store.get(batchId)) as CampaignRecord), status: 'ABORTED' }),
        forget: () => undefined,
      },
    });
    queue.put(message({ postponed: 1_000 }));
    await queue.consume(work);

    expect(queue.deadLetters).toHaveLength(1);
  });
});
