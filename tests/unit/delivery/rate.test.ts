import { createPostpone } from '../../../core/campaigns/postpone.ts';
import { configureRate } from '../../../core/limiter/rate.ts';
import { seeded } from '../../../dev/seeded.ts';
import { silent } from '../support/telemetry.ts';
import { simulatedQueue } from './simulated-queue.ts';
import { openDelivery, range } from './support.ts';

const PER_SECOND = 50;
/** A send may leave 20 ms after its slot, so a second can hold one email more than the rate. */
const LATE = 1;
const WORKERS = 4;

/** The emails of the second that holds the most. */
const mostInASecond = (times: readonly number[]) =>
  Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length));

const random = seeded(7);
const within = (least: number, most: number) => () => least + random() * (most - least);
/** Calls wait for the end of the half second, every other second, in which nothing goes on. */
const standstills = (now: number) => 4 + 2 * Math.max(0, 500 - (now % 2_000));

/** A campaign in a queue, for workers whose calls of the table each take `callMs` milliseconds. */
async function openCampaign(rows: number, callMs: (now: number) => number) {
  const delivery = await openDelivery({ callMs });
  const queue = simulatedQueue(delivery.clock);
  await delivery.campaign(rows);
  for (const row of range(1, rows)) queue.put(JSON.stringify({ taskToken: `t${row}`, batchId: 'b1', rowNumber: row }));
  const postpone = createPostpone(queue.sqs, 'https://sqs/queue', random);
  const work = () =>
    Promise.all(range(1, WORKERS).map(() => queue.consume(delivery.worker({ perSecond: PER_SECOND, postpone }))));
  return { delivery, work };
}

describe('workers that share a rate', () => {
  const ROWS = 100;

  async function timesWith(callMs: (now: number) => number): Promise<number[]> {
    const { delivery, work } = await openCampaign(ROWS, callMs);
    await work();
    await delivery.close();
    expect(new Set(delivery.mailbox.map(({ email }) => email.sendId)).size).toBe(ROWS);
    expect(delivery.mailbox).toHaveLength(ROWS);
    return delivery.mailbox.map(({ at }) => at).sort((one, other) => one - other);
  }

  it.each([
    ['1 ms', within(1, 1)],
    ['5 to 15 ms', within(5, 15)],
  ])('use it, and never exceed it, where a call of the table takes %s', async (_, callMs) => {
    const times = await timesWith(callMs);
    const seconds = (Number(times.at(-1)) - Number(times[0])) / 1_000;

    expect(mostInASecond(times)).toBeLessThanOrEqual(PER_SECOND + LATE);
    expect((ROWS - 1) / seconds).toBeGreaterThan(0.95 * PER_SECOND);
  });

  it.each([
    ['takes so long that slots are missed', within(40, 400)],
    ['stands still for half a second', standstills],
  ])('never exceed it where the table %s', async (_, callMs) => {
    expect(mostInASecond(await timesWith(callMs))).toBeLessThanOrEqual(PER_SECOND + LATE);
  });
});

it('a rate that an operator sets holds for every worker two seconds later', async () => {
  const rows = 120;
  const { delivery, work } = await openCampaign(rows, within(5, 15));
  const { clock, table, mailbox } = delivery;
  const working = work();
  await clock.until(() => mailbox.length >= 40);
  const source = { kind: 'account', allowed: async () => PER_SECOND, deployed: 0, headroom: 1 } as const;
  await configureRate({ table: table.control, name: 'ses', source, telemetry: silent }, 10);
  const setAt = clock.now();
  await working;
  await delivery.close();

  const later = mailbox.map(({ at }) => at).filter((at) => at > setAt + 2_000);
  expect(later.length).toBeGreaterThan(20);
  expect(mostInASecond(later)).toBeLessThanOrEqual(10 + LATE);
  expect(mailbox).toHaveLength(rows);
});
