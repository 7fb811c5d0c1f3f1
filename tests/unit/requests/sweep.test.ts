import { createLedger } from '../../../core/ledger/ledger.ts';
import { rowOf } from '../../../core/requests/item.ts';
import { sweepRequests } from '../../../core/requests/sweep.ts';
import { putRows } from '../ledger/support.ts';
import { type SimulatedClock, simulatedClock } from '../support/clock.ts';
import { openRequests } from './support.ts';

const MINUTE = 60_000;

describe('the sweep of requests', () => {
  let channel: Awaited<ReturnType<typeof openRequests>>;
  let clock: SimulatedClock;
  beforeEach(async () => {
    clock = simulatedClock();
    channel = await openRequests({ clock });
  });
  afterEach(() => channel.close());

  const sweep = (depth = 0) =>
    sweepRequests(
      {
        table: channel.table,
        store: channel.store,
        queue: { ...channel.queue, send: (id) => channel.queue.send(id), depth: async () => depth },
        spacingMs: 200,
        telemetry: channel.deps.telemetry,
      },
      clock.now() + MINUTE,
    );
  async function processedWithoutMessage(): Promise<string> {
    const id = await channel.create();
    await channel.process(id);
    channel.queue.take();
    return id;
  }

  it('sends another message for a request whose message was lost, once', async () => {
    const id = await processedWithoutMessage();
    expect(await sweep()).toMatchObject({ enqueued: 0 });

    clock.move(2 * MINUTE);
    expect(await sweep()).toEqual({ checked: 1, enqueued: 1, expired: 0 });
    expect(await sweep()).toMatchObject({ checked: 0 });
    expect(channel.queue.messages).toEqual([{ id, delayMs: 0 }]);
    expect(channel.counted.RequestSwept).toBe(1);
  });

  it('finds one that was created long before it was processed', async () => {
    const id = await channel.create();
    clock.move(40 * 24 * 60 * MINUTE);
    await channel.create();
    await channel.process(id);
    channel.queue.take();
    clock.move(2 * MINUTE);

    expect(await sweep()).toMatchObject({ enqueued: 1 });
  });

  it('leaves a backlog alone for as long as it takes', async () => {
    await processedWithoutMessage();
    clock.move(10 * MINUTE);

    expect(await sweep(2_700)).toMatchObject({ checked: 0 });
    clock.move(10 * MINUTE);
    expect(await sweep(2_700)).toMatchObject({ enqueued: 1 });
  });

  it('ignores unprocessed and sent requests, and the rows of other channels', async () => {
    await channel.create();
    await putRows(channel.table, [{ batchId: 'campaign', rowNumber: 1, status: 'QUEUED' }]);
    clock.move(5 * MINUTE);

    expect(await sweep()).toMatchObject({ checked: 0 });
  });

  it('records a lease that ran out, and waits for one that has not', async () => {
    const id = await processedWithoutMessage();
    await createLedger(channel.table).claim(rowOf(id), { leaseId: 'dead', leaseUntil: clock.now() + 5 * MINUTE });
    clock.move(3 * MINUTE);
    expect(await sweep()).toEqual({ checked: 1, enqueued: 0, expired: 0 });

    clock.move(3 * MINUTE);
    expect(await sweep()).toEqual({ checked: 1, enqueued: 0, expired: 0 });
    clock.move(MINUTE);
    expect(await sweep()).toEqual({ checked: 1, enqueued: 0, expired: 1 });
    expect(await channel.store.getRow(id)).toMatchObject({ status: 'ERROR', error: { code: 'DeliveryUnconfirmed' } });
    expect(channel.queue.messages).toEqual([]);
  });
});
