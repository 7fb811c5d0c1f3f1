import { createPostpone } from '../../../core/campaigns/postpone.ts';
import { PregonError } from '../../../core/errors.ts';
import { LEASE_MS } from '../../../core/ledger/transitions.ts';
import { simulatedQueue } from './simulated-queue.ts';
import { openDelivery, range } from './support.ts';

let delivery: Awaited<ReturnType<typeof openDelivery>>;
let queue: ReturnType<typeof simulatedQueue>;

beforeEach(async () => {
  delivery = await openDelivery();
  queue = simulatedQueue(delivery.clock, { maxReceiveCount: 3 });
});
afterEach(() => delivery.close());

const putRow = (row: number) => queue.put(JSON.stringify({ taskToken: `t${row}`, batchId: 'b1', rowNumber: row }));
const consume = () =>
  queue.consume(delivery.worker({ postpone: createPostpone(queue.sqs, 'https://sqs/queue', () => 0) }));

it('sends every row once from a queue that repeats, throttles and contains an unrecognised message', async () => {
  await delivery.campaign(12);
  queue.put('no json');
  for (const row of [...range(1, 12), ...range(1, 6)]) putRow(row);
  const refused = new Set(['b1-2', 'b1-9']);
  delivery.onSend(({ sendId }) => {
    if (refused.delete(sendId)) throw new PregonError('Throttled', 'Maximum sending rate exceeded.');
  });

  await consume();

  expect(delivery.mailbox.map(({ email }) => email.sendId).sort()).toEqual(
    range(1, 12)
      .map((row) => `b1-${row}`)
      .sort(),
  );
  expect(delivery.metrics.get('Throttled')).toBe(2);
  for (const row of range(1, 12)) expect(await delivery.row(row)).toMatchObject({ status: 'SENT', attempts: 1 });
  expect(queue.deadLetters).toEqual(['no json']);
});

it('makes a row unconfirmed when its worker died and the message is received again', async () => {
  await delivery.campaign(1);
  putRow(1);
  expect(queue.receive()).toHaveLength(1);
  // Claimed, and never heard of again: the message comes back after its visibility timeout.
  const lease = { leaseId: 'dead', leaseUntil: delivery.clock.now() + LEASE_MS };
  await delivery.ledger.claim({ batchId: 'b1', rowNumber: 1 }, lease);

  await consume();

  expect(delivery.mailbox).toEqual([]);
  expect(await delivery.row(1)).toMatchObject({ status: 'ERROR', error: { code: 'DeliveryUnconfirmed' } });
});
