import { createPostpone } from '../../../core/campaigns/postpone.ts';
import { simulatedQueue } from './simulated-queue.ts';
import { openDelivery, range } from './support.ts';

const PER_SECOND = 12;
const CAMPAIGNS = range(1, 10).map((n) => `b${n}`);
const ROWS = 20;
/** The rows of a campaign that are on the queue at once. */
const IN_FLIGHT = 4;

/** Two workers, as in a new account, wait for slots less often than there are slots. With more, messages have to be put back. */
describe.each([2, 8])('ten campaigns at once at 12 a second, with %i workers', (workers) => {
  let delivery: Awaited<ReturnType<typeof openDelivery>>;
  beforeEach(async () => {
    delivery = await openDelivery();
    for (const batchId of CAMPAIGNS) await delivery.campaign(ROWS, { batchId });
  });
  afterEach(() => delivery.close());

  it('all end at the whole rate and share it, and no message becomes a dead letter', async () => {
    const { clock, mailbox } = delivery;
    const queue = simulatedQueue(clock);
    const rows = CAMPAIGNS.map((batchId) => range(1, ROWS).map((rowNumber) => ({ batchId, rowNumber })));
    /** Starts the next row of a campaign, as its Map Run does when one has ended. */
    function startNext(index: number) {
      const row = rows[index]?.shift();
      if (row) queue.put(JSON.stringify({ ...row, taskToken: String(index), queuedAt: clock.now() }));
    }
    for (const index of CAMPAIGNS.keys()) for (let n = 0; n < IN_FLIGHT; n += 1) startNext(index);
    const tokens = {
      succeed: async (token: string) => {
        startNext(Number(token));
        return true;
      },
      fail: () => Promise.reject(new Error('no row fails')),
      isWaiting: async () => true,
    };
    const startedAt = clock.now();

    await Promise.all(
      range(1, workers).map((n) => {
        const postpone = createPostpone(queue.sqs, 'https://sqs/queue', () => n / (workers + 1));
        return queue.consume(delivery.worker({ perSecond: PER_SECOND, postpone, tokens }));
      }),
    );

    const sends = CAMPAIGNS.map((batchId) =>
      mailbox.filter(({ email }) => email.batchId === batchId).map(({ at }) => (at - startedAt) / 1000),
    );
    expect(sends.map(({ length }) => length)).toEqual(CAMPAIGNS.map(() => ROWS));
    expect(queue.deadLetters).toEqual([]);
    const firsts = sends.map((at) => Math.min(...at));
    const lasts = sends.map((at) => Math.max(...at));
    // Every campaign has begun before one has ended.
    expect(Math.max(...firsts)).toBeLessThan(Math.min(...lasts));
    // 16.7 s at the whole rate. Whoever has to wait comes back within a second or two.
    expect(Math.max(...lasts)).toBeLessThan(1.5 * ((CAMPAIGNS.length * ROWS) / PER_SECOND));
  });
});
