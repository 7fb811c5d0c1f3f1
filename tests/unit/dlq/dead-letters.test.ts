import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { listDeadLetters, replayDeadLetters } from '../../../cli/dlq/dead-letters.ts';
import { simulatedClock } from '../support/clock.ts';
import { openQueue } from '../support/queue.ts';

/** A lane with this many dead letters, none of them about a row; a call of SQS takes `callMs`. */
async function aLane(count: number, callMs = 0) {
  const queue = await openQueue();
  const clock = simulatedClock();
  for (let n = 1; n <= count; n += 1) {
    const MessageBody = JSON.stringify({ order: n });
    await queue.sqs.send(new SendMessageCommand({ QueueUrl: queue.deadLetterQueueUrl, MessageBody }));
  }
  const sqs = {
    send: (command: never) => {
      clock.move(callMs);
      return queue.sqs.send(command);
    },
  };
  const prefix = queue.queueUrl.slice(queue.queueUrl.lastIndexOf('/') + 1, -4);
  const lane = queue.queueUrl.slice(-4);
  const deps = { sqs: sqs as never, prefix, getRow: async () => undefined, clock };
  return { deps, lane, close: queue.close };
}

it('lists every dead letter of a lane, and leaves them where they are', async () => {
  const { deps, lane, close } = await aLane(12);
  for (const _ of [1, 2]) {
    const { letters, unfinished } = await listDeadLetters(deps, 100, lane);
    expect(letters).toHaveLength(12);
    expect(unfinished).toEqual([]);
  }
  await close();
});

it('says which lane holds more than it can take before the first come back', async () => {
  const { deps, lane, close } = await aLane(35, 15_000);
  const { letters, unfinished } = await replayDeadLetters(deps, { limit: 100, lane, discard: false });
  expect(unfinished).toEqual([lane]);
  expect(letters.length).toBeGreaterThan(0);
  // What was not taken is found by the next run.
  const rest = await listDeadLetters({ ...deps, clock: simulatedClock() }, 100, lane);
  expect(rest.letters).toHaveLength(35 - letters.length);
  expect(rest.unfinished).toEqual([]);
  await close();
});
