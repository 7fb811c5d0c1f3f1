import {
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Command, eventually, Product, tempDataDir } from '../support/product.ts';
import { awsOf, expectOnceEach, faults, follow, hasEnded, redrive, sends, setRate, steal, upload } from './support.ts';

const dataDir = tempDataDir();
let product: Product;
let sqs: SQSClient;

beforeAll(async () => {
  // A lost message costs this time. On a busy machine, a row that is not lost must end within it.
  product = await Product.up(dataDir, ['--rate', '60', '--parameter', 'SendTimeoutSeconds=40']);
  sqs = new SQSClient(awsOf(product));
});

afterEach(async () => {
  await faults(product, {});
  await setRate(product, 60);
});

afterAll(async () => {
  sqs.destroy();
  await product.command.stop();
});

/** No event of SES arrives, which would prove that it had accepted an unconfirmed row. */
const NO_EVENTS = { services: { events: { dropRate: 1 } } };

it('a connection that breaks after the mail was accepted leaves its row unconfirmed, and only a person decides on it', async () => {
  await faults(product, { dropAfterAcceptRate: 1, ...NO_EVENTS });
  const batchId = await upload(product, 4, 'unconfirmed');
  const failed = await follow(product, batchId, hasEnded);
  await faults(product, NO_EVENTS);

  expect(failed).toMatchObject({ status: 'FAILED', unconfirmed: 4, counts: { SENT: 0, ERROR: 4 } });
  expect((await sends(product, batchId)).map(({ error }) => error?.code)).toEqual(Array(4).fill('DeliveryUnconfirmed'));

  const plain = await redrive(product, batchId);
  expect([plain.status, await plain.json()]).toMatchObject([409, { detail: expect.stringContaining('"resend"') }]);
  expect(await product.mailbox(batchId)).toHaveLength(4);

  expect((await redrive(product, batchId, { unconfirmed: 'resend' })).status).toBe(202);
  const resent = await follow(product, batchId, hasEnded);

  expect(resent).toMatchObject({ status: 'SUCCEEDED', unconfirmed: 0, counts: { SENT: 4, ERROR: 0 } });
  expect(await product.mailbox(batchId)).toHaveLength(8);
  expect((await sends(product, batchId))[0]?.error?.message).toContain('Sent again by an operator');
});

it('unconfirmed rows that are accepted are closed as they are', async () => {
  await faults(product, { dropAfterAcceptRate: 1, ...NO_EVENTS });
  const batchId = await upload(product, 3, 'accepted');
  await follow(product, batchId, hasEnded);
  await faults(product, NO_EVENTS);

  expect((await redrive(product, batchId, { unconfirmed: 'accept' })).status).toBe(202);
  const closed = await follow(product, batchId, hasEnded);

  expect(closed).toMatchObject({ status: 'SUCCEEDED', unconfirmed: 0, counts: { SENT: 0, ERROR: 3 } });
  expect(await product.mailbox(batchId)).toHaveLength(3);
  expect((await sends(product, batchId))[0]?.error?.message).toContain('Closed as it is by an operator');
});

it('a message that is lost ends as NotDelivered when its time is over, and a redrive sends its row', async () => {
  const { sendQueueUrl } = product.outputs;
  await setRate(product, 1);
  const stolen = steal(sqs, sendQueueUrl);
  const batchId = await upload(product, 12, 'lost');
  await stolen;
  await sqs.send(new PurgeQueueCommand({ QueueUrl: sendQueueUrl }));
  await setRate(product, 60);

  const failed = await follow(product, batchId, hasEnded);
  expect(failed).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('CampaignIncomplete') });
  const lost = (await sends(product, batchId)).filter(({ status }) => status === 'ERROR');
  expect(lost.length).toBeGreaterThan(0);
  expect(lost[0]?.error).toMatchObject({ code: 'NotDelivered', retryable: true });
  expectOnceEach(await product.mailbox(batchId), 12 - lost.length);

  expect((await redrive(product, batchId)).status).toBe(202);
  const ended = await follow(product, batchId, hasEnded);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 12, ERROR: 0 } });
  expectOnceEach(await product.mailbox(batchId), 12);
});

it('a poison message goes to the dead letters; npm run dlq replays what is open and refuses what has ended', async () => {
  const { sendQueueUrl, deadLetterQueueUrl } = product.outputs;
  const setVisibility = (VisibilityTimeout: string) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl: sendQueueUrl, Attributes: { VisibilityTimeout } }));
  // With the usual visibility timeout, the five receives of the message would take five minutes. No other message is in the queue.
  await setVisibility('1');
  await sqs.send(new SendMessageCommand({ QueueUrl: sendQueueUrl, MessageBody: 'no message of ours' }));
  await eventually(async () => {
    const counted = new GetQueueAttributesCommand({
      QueueUrl: deadLetterQueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    return (await sqs.send(counted)).Attributes?.ApproximateNumberOfMessages === '1';
  });
  expect(await dlq('list')).toMatchObject({ open: 0, ended: 0, poison: 1 });
  await setVisibility('60');
  const sentBatch = await upload(product, 1, 'before');
  await follow(product, sentBatch, hasEnded);
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MessageBody: JSON.stringify({ taskToken: 'old', batchId: sentBatch, rowNumber: 1 }),
    }),
  );
  await setRate(product, 1);
  const stolen = steal(sqs, sendQueueUrl);
  const batchId = await upload(product, 12, 'dead');
  await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: await stolen }));
  await setRate(product, 60);

  expect(await dlq('replay')).toMatchObject({ open: 1, ended: 1, poison: 1 });
  expect(await dlq('list')).toMatchObject({ open: 0, ended: 1, poison: 1 });
  expect(await dlq('replay', '--discard')).toMatchObject({ open: 0, ended: 1, poison: 1 });
  expect(await dlq('list')).toMatchObject({ messages: [] });

  const ended = await follow(product, batchId, hasEnded);
  expect(ended).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 12, ERROR: 0 } });
  expectOnceEach(await product.mailbox(batchId), 12);
  expectOnceEach(await product.mailbox(sentBatch), 1);
});

async function dlq(...args: string[]): Promise<{ open: number; ended: number; poison: number; messages: unknown[] }> {
  const command = new Command('dlq', [...args, '--lane', 'send', '--data', dataDir, '--json']);
  expect(await command.ended()).toBe(0);
  return JSON.parse(command.output);
}
