import { createPostpone } from '../../../core/campaigns/postpone.ts';
import type { Provider } from '../../../core/delivery/provider.ts';
import type { OutgoingEmail } from '../../../core/delivery/providers/outgoing-email.ts';
import { createLimiter } from '../../../core/limiter/limiter.ts';
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

describe('a rate far above what the machine can do', () => {
  const ROWS = 100;
  /** A CPU that prepares one email after the other, in this time. */
  const PREPARE_MS = 10;

  /** A campaign at this rate: when its emails left, and how many claims were given back. */
  async function campaignAt(perSecond: number) {
    const delivery = await openDelivery({ callMs: within(1, 3) });
    const { clock, table, ledger } = delivery;
    const queue = simulatedQueue(clock);
    await delivery.campaign(ROWS);
    for (const row of range(1, ROWS))
      queue.put(JSON.stringify({ taskToken: `t${row}`, batchId: 'b1', rowNumber: row }));
    let free = 0;
    const times: number[] = [];
    const provider: Provider<OutgoingEmail> = {
      name: 'ses',
      async send(email, permit) {
        free = Math.max(free, clock.now()) + PREPARE_MS;
        await clock.sleep(free - clock.now());
        await permit();
        times.push(clock.now());
        return { messageId: email.sendId };
      },
    };
    let released = 0;
    const counting = {
      ...ledger,
      release: (...call: Parameters<typeof ledger.release>) => {
        released += 1;
        return ledger.release(...call);
      },
    };
    const source = { kind: 'account', allowed: async () => perSecond, deployed: 0, headroom: 1 } as const;
    const limiter = createLimiter({ table: table.control, name: 'ses', source, telemetry: silent });
    const postpone = createPostpone(queue.sqs, 'https://sqs/queue', random);
    const worker = delivery.worker({ ledger: counting, real: { provider, limiter }, postpone });
    const from = clock.now();
    await queue.consume(worker);
    await delivery.close();
    return { times, released, ms: Math.max(...times) - from };
  }

  it('does not slow it down: a row that missed its slot takes another one and keeps its claim', async () => {
    const slower = await campaignAt(400);
    const faster = await campaignAt(20_000);

    for (const { times } of [slower, faster]) expect(times).toHaveLength(ROWS);
    expect(faster.ms).toBeLessThanOrEqual(slower.ms);
    expect(faster.released).toBeLessThan(ROWS / 20);
    expect(mostInASecond(slower.times)).toBeLessThanOrEqual(1.02 * 400 + 1);
  });
});
