import { concurrencyFor } from '../../../core/campaigns/concurrency.ts';
import { createPostpone, type Postpone } from '../../../core/campaigns/postpone.ts';
import { simulatedQueue } from './simulated-queue.ts';
import { openDelivery, range } from './support.ts';

const PER_SECOND = 12;
const CAMPAIGNS = range(1, 10).map((n) => `b${n}`);
const ROWS = 20;
/** The rows of a campaign that are on the queue at once: its share. */
const IN_FLIGHT = concurrencyFor(PER_SECOND, 1, CAMPAIGNS.length);
/** How often a row may be put back. */
const MOST_POSTPONED = 5;

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
    const rows = CAMPAIGNS.map((batchId) => range(1, ROWS).map((row) => ({ v: 2, batchId, rows: [row] })));
    let mostPostponed = 0;
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
        const putBack = createPostpone(queue.sqs, 'https://sqs/queue', () => n / (workers + 1));
        const postpone: Postpone = (copies) => {
          mostPostponed = Math.max(mostPostponed, ...copies.map(({ message }) => (message.postponed ?? 0) + 1));
          return putBack(copies);
        };
        return queue.consume(delivery.worker({ perSecond: PER_SECOND, postpone, tokens }), 5);
      }),
    );

    const sends = CAMPAIGNS.map((batchId) =>
      mailbox.filter(({ email }) => email.batchId === batchId).map(({ at }) => (at - startedAt) / 1000),
    );
    expect(sends.map(({ length }) => length)).toEqual(CAMPAIGNS.map(() => ROWS));
    expect(queue.deadLetters).toEqual([]);
    expect(mostPostponed).toBeLessThanOrEqual(MOST_POSTPONED);
    const firsts = sends.map((at) => Math.min(...at));
    const lasts = sends.map((at) => Math.max(...at));
    // Every campaign has begun before one has ended.
    expect(Math.max(...firsts)).toBeLessThan(Math.min(...lasts));
    // 16.7 s at the whole rate. Whoever has to wait comes back within a second or two.
    expect(Math.max(...lasts)).toBeLessThan(1.5 * ((CAMPAIGNS.length * ROWS) / PER_SECOND));
  });
});
