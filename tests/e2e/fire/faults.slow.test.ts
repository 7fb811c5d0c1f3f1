import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageBatchCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { eventually, Product, tempDataDir } from '../support/product.ts';
import {
  awsOf,
  executionArnOf,
  expectOnceEach,
  faults,
  follow,
  hasEnded,
  metric,
  redrive,
  sends,
  setRate,
  steal,
  upload,
} from './support.ts';

let product: Product;

beforeAll(async () => {
  product = await Product.up(tempDataDir(), ['--rate', '60']);
  // A message that a busy machine's worker left behind is back in 15 s instead of 60; a worker has 10.
  const sqs = new SQSClient(awsOf(product));
  const Attributes = { VisibilityTimeout: '15' };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: product.outputs.sendQueueUrl, Attributes }));
  sqs.destroy();
});

afterEach(async () => {
  await faults(product, {});
  await setRate(product, 60);
});

afterAll(async () => {
  await product.command.stop();
});

it('throttles use up no attempt and no receive, and are seen in the metrics', async () => {
  await faults(product, { throttleRate: 1 });
  const batchId = await upload(product, 8, 'throttled');
  // More than 5 for some row: as many receives would have made its message a dead letter.
  await eventually(async () => (await metric(product, 'Throttled')) > 5 * 8);
  await faults(product, {});

  const campaign = await follow(product, batchId, hasEnded);

  expect(campaign).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 8, ERROR: 0 } });
  expect((await sends(product, batchId)).map(({ attempts }) => attempts)).toEqual(Array(8).fill(1));
  expectOnceEach(await product.mailbox(batchId), 8);
});

it('an account that may not send stops the campaign; once it may, a redrive sends exactly the rest', async () => {
  // At this rate, rows are left when the fault begins.
  await setRate(product, 5);
  const batchId = await upload(product, 100, 'paused');
  await follow(product, batchId, ({ counts }) => counts.SENT > 0);
  await faults(product, { sendingPaused: true });

  const stopped = await follow(product, batchId, (campaign) => hasEnded(campaign) && campaign.counts.SENT > 0);
  const before = (await product.mailbox(batchId)).length;

  expect(stopped).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('SendingPaused') });
  expect(before).toBeLessThan(100);
  expect((await sends(product, batchId)).filter(({ status }) => status === 'ERROR')).toEqual([]);
  expect(await metric(product, 'AccountStopped')).toBeGreaterThan(0);
  const exact = await follow(product, batchId, ({ counts }) => counts.SENT === before);
  expect(exact.counts.PENDING + exact.counts.QUEUED).toBe(100 - before);

  await faults(product, {});
  await setRate(product, 60);
  expect((await redrive(product, batchId)).status).toBe(202);
  const ended = await follow(product, batchId, hasEnded);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', counts: { PENDING: 0, QUEUED: 0, SENT: 100, ERROR: 0 } });
  expect(ended.reason).toBeUndefined();
  expectOnceEach(await product.mailbox(batchId), 100);
});

it('StopExecution by any client ends sending, with every event lost and states told late; a redrive resumes', async () => {
  await faults(product, { services: { events: { dropRate: 1 }, states: { staleMs: 1_000 } } });
  // At this rate, rows are left at the stop.
  await setRate(product, 5);
  const batchId = await upload(product, 120, 'stopped');
  await follow(product, batchId, ({ counts }) => counts.SENT > 5);
  const states = new SFNClient(awsOf(product));
  await states.send(new StopExecutionCommand({ executionArn: executionArnOf(product, batchId) }));
  states.destroy();

  const stopped = await follow(product, batchId, hasEnded);
  expect(stopped.status).toBe('ABORTED');
  // A unit test checks in simulated time how soon sending ends. Here it must end: no more mails arrive, though rows are left.
  let mails = 0;
  await eventually(async () => {
    const before = mails;
    mails = (await product.mailbox(batchId)).length;
    return mails === before;
  }, 3_000);
  expect(mails).toBeLessThan(120);
  await setRate(product, 60);
  // The events of the redrive come when it has long begun.
  await faults(product, { services: { events: { delayMs: 3_000 }, states: { staleMs: 1_000 } } });
  expect((await redrive(product, batchId)).status).toBe(202);
  const ended = await follow(product, batchId, hasEnded);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 120, ERROR: 0 } });
  expectOnceEach(await product.mailbox(batchId), 120);
});

it('stops and redrives in turn double nothing, and the messages of earlier runs hold up no other campaign', async () => {
  const { sendQueueUrl } = product.outputs;
  const sqs = new SQSClient(awsOf(product));
  await setRate(product, 2);
  const stolen = steal(sqs, sendQueueUrl);
  const batchId = await upload(product, 120, 'turns');
  const MessageBody = await stolen;
  for (let turn = 0; turn < 8; turn++) {
    expect((await product.call('POST', `/campaigns/${batchId}/stop`)).status).toBe(202);
    expect((await redrive(product, batchId)).status).toBe(202);
  }
  const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: String(n), MessageBody }));
  const batch = new SendMessageBatchCommand({ QueueUrl: sendQueueUrl, Entries });
  await Promise.all(Array.from({ length: 100 }, () => sqs.send(batch)));
  await setRate(product, 60);
  sqs.destroy();
  const beside = await upload(product, 12, 'beside');

  for (const [id, rows] of [
    [beside, 12],
    [batchId, 120],
  ] as const) {
    const ended = await follow(product, id, hasEnded);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: rows, ERROR: 0 }, unconfirmed: 0 });
    expectOnceEach(await product.mailbox(id), rows);
  }
});
