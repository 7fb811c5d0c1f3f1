import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { createPostpone } from '../../../core/campaigns/postpone.ts';
import { PregonError } from '../../../core/errors.ts';
import { openQueue } from '../support/queue.ts';
import { openDelivery, range } from './support.ts';

let delivery: Awaited<ReturnType<typeof openDelivery>>;
let queue: Awaited<ReturnType<typeof openQueue>>;

beforeEach(async () => {
  delivery = await openDelivery();
  // Long enough for a batch, short enough to be waited out.
  queue = await openQueue({ visibilitySeconds: 2, maxReceiveCount: 3 });
});
afterEach(() => Promise.all([delivery.close(), queue.close()]));

it('sends every row once from a queue that repeats, throttles and holds a message of somebody else', async () => {
  await delivery.campaign(12);
  await put('no json');
  for (const row of [...range(1, 12), ...range(1, 6)]) await putRow(row);
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
  expect((await receive(queue.deadLetterQueueUrl, 5)).map(({ Body }) => Body)).toEqual(['no json']);
});

it('leaves a row whose worker died with its message unconfirmed when the message comes again', async () => {
  await delivery.campaign(1);
  await putRow(1);
  const [message] = await receive(queue.queueUrl, 5);
  expect(message).toBeDefined();
  // Claimed, and never heard of again: the message comes back after its visibility.
  await delivery.ledger.claim({ batchId: 'b1', rowNumber: 1 }, { leaseId: 'dead', leaseUntil: Date.now() + 100 });

  await consume();

  expect(delivery.mailbox).toEqual([]);
  expect(await delivery.row(1)).toMatchObject({ status: 'ERROR', error: { code: 'DeliveryUnconfirmed' } });
});

const put = (body: string) => queue.sqs.send(new SendMessageCommand({ QueueUrl: queue.queueUrl, MessageBody: body }));
const putRow = (row: number) => put(JSON.stringify({ taskToken: `t${row}`, batchId: 'b1', rowNumber: row }));

async function receive(QueueUrl: string, WaitTimeSeconds: number): Promise<Message[]> {
  const { Messages = [] } = await queue.sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10 }),
  );
  return Messages;
}

/** What Lambda does for a worker, until nothing came for longer than a message is hidden or delayed. */
async function consume(): Promise<void> {
  const work = delivery.worker({ postpone: createPostpone(queue.sqs, queue.queueUrl, () => 0) });
  for (;;) {
    const messages = await receive(queue.queueUrl, 3);
    if (messages.length === 0) return;
    const kept = new Set(await work(messages.map(asRecord)));
    for (const { MessageId = '', ReceiptHandle } of messages) {
      if (!kept.has(MessageId)) {
        await queue.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.queueUrl, ReceiptHandle }));
      }
    }
  }
}

const asRecord = ({ MessageId: messageId, Body: body }: Message) => ({ messageId, body }) as SQSRecord;
