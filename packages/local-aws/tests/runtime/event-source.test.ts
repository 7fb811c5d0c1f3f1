import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InternalCall } from '../../src/gateway/gateway.ts';
import type { AwsResponse } from '../../src/gateway/types.ts';
import { type EventSourceOptions, SqsEventSource } from '../../src/lambda/event-sources/event-source.ts';
import { QueueClient, type QueueMessage } from '../../src/lambda/event-sources/queue-client.ts';
import { failedMessageIds, sqsEvent } from '../../src/lambda/event-sources/sqs-event.ts';
import { eventually } from './support/functions.ts';

/** A queue that delivers each message once and records deletions. */
class FakeQueue {
  messages: string[] = [];
  deleted: string[] = [];
  deleteCalls = 0;

  /** As the gateway calls SQS. */
  readonly call = async ({ operation, body }: InternalCall): Promise<AwsResponse> => {
    const input = JSON.parse(body);
    if (operation === 'DeleteMessageBatch') {
      this.deleteCalls += 1;
      this.deleted.push(...input.Entries.map((entry: { ReceiptHandle: string }) => entry.ReceiptHandle.slice(3)));
      return { status: 200, headers: {}, body: '{}' };
    }
    const Messages = await this.receive(
      input.MaxNumberOfMessages,
      Date.now() + Math.min(50, input.WaitTimeSeconds * 1000),
    );
    return { status: 200, headers: {}, body: JSON.stringify(Messages.length > 0 ? { Messages } : {}) };
  };

  private async receive(max: number, until: number): Promise<QueueMessage[]> {
    for (;;) {
      const batch = this.messages.splice(0, max);
      if (batch.length > 0 || Date.now() >= until) {
        return batch.map((id) => ({ MessageId: id, ReceiptHandle: `rh-${id}`, Body: `{"id":"${id}"}` }));
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

let queue: FakeQueue;
let source: SqsEventSource | undefined;

beforeEach(() => {
  queue = new FakeQueue();
});

afterEach(async () => {
  await source?.stop(1000);
});

type Records = { Records: { messageId: string; body: string }[] };
const idsOf = (payload: string) => (JSON.parse(payload) as Records).Records.map(({ messageId }) => messageId);

function start(run: (ids: string[]) => Promise<unknown>, changes: Partial<EventSourceOptions> = {}): void {
  source = new SqsEventSource({
    client: new QueueClient({ gateway: queue, accessKeyId: 'K', queueUrl: 'q' }),
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:q',
    region: 'us-east-1',
    functionName: 'f',
    batchSize: 10,
    batchingWindowSeconds: 0,
    maximumConcurrency: 3,
    rampMs: 0,
    reportBatchItemFailures: true,
    invoke: async (_name, payload) => {
      try {
        return { requestId: 'r', payload: JSON.stringify((await run(idsOf(payload))) ?? null) };
      } catch (error) {
        return { requestId: 'r', payload: String(error), functionError: 'Unhandled' };
      }
    },
    onProblem: () => undefined,
    ...changes,
  });
  source.start();
}

describe('an SQS event source', () => {
  it('deletes a batch that the function handled, in one call', async () => {
    queue.messages = ['a', 'b', 'c'];
    start(async () => undefined);

    await eventually(() => queue.deleted.length === 3);

    expect(queue.deleteCalls).toBe(1);
  });

  it('leaves what the function reports as failed', async () => {
    queue.messages = ['a', 'b', 'c'];
    start(async () => ({ batchItemFailures: [{ itemIdentifier: 'b' }] }));

    await eventually(() => queue.deleted.length === 2);

    expect(queue.deleted.sort()).toEqual(['a', 'c']);
  });

  it.each(['TooManyRequestsException', 'RecursiveInvocationException'])(
    'leaves a batch that Lambda refuses with %s, continues polling, and tells the user once',
    async (name) => {
      queue.messages = ['a'];
      const problems: string[] = [];
      let refusals = 0;
      start(async () => undefined, {
        maximumConcurrency: 1,
        async invoke(_name, payload, { traceHeaders }) {
          expect(traceHeaders).toHaveLength(idsOf(payload).length);
          if (refusals < 2) {
            refusals += 1;
            // It returns at once here, and after its visibility timeout on AWS.
            queue.messages.push(...idsOf(payload));
            throw Object.assign(new Error('refused'), { name });
          }
          return { requestId: 'r', payload: 'null' };
        },
        onProblem: (problem) => problems.push(problem),
      });

      await eventually(() => queue.deleted.length === 1);

      expect(refusals).toBe(2);
      expect(problems).toEqual(['f: refused']);
    },
  );

  it('deletes nothing when the function throws, and continues polling', async () => {
    queue.messages = ['a'];
    const seen: string[] = [];
    start(async (ids) => {
      seen.push(...ids);
      if (ids.includes('a')) throw new Error('no');
    });
    await eventually(() => seen.length === 1);
    queue.messages.push('b');

    await eventually(() => queue.deleted.length === 1);

    expect(queue.deleted).toEqual(['b']);
  });

  it('uses idle instances at once, without ramping up', async () => {
    queue.messages = Array.from({ length: 30 }, (_, index) => `m${index}`);
    let running = 0;
    const all = Promise.withResolvers<void>();
    start(
      async () => {
        running += 1;
        if (running === 3) all.resolve();
        await all.promise;
      },
      { rampMs: Number.MAX_SAFE_INTEGER, isWarm: () => true },
    );

    await eventually(() => queue.deleted.length === 30);
  });

  /** A function that counts its concurrent calls. No call ends before this many run at the same time. */
  function counting(meeting: number) {
    let running = 0;
    const met = Promise.withResolvers<void>();
    const counter = {
      most: 0,
      async run() {
        running += 1;
        counter.most = Math.max(counter.most, running);
        if (running === meeting) met.resolve();
        await met.promise;
        // A further call would have arrived by now.
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
      },
    };
    return counter;
  }

  it('starts new instances one after the other', async () => {
    queue.messages = Array.from({ length: 40 }, (_, index) => `m${index}`);
    const counter = counting(2);
    start(counter.run, { rampMs: Number.MAX_SAFE_INTEGER, isWarm: () => false });

    await eventually(() => queue.deleted.length === 40);

    expect(counter.most).toBe(2);
  });

  it('runs as many batches at once as the maximum concurrency allows while there is a backlog', async () => {
    queue.messages = Array.from({ length: 80 }, (_, index) => `m${index}`);
    const counter = counting(3);
    start(counter.run);

    await eventually(() => queue.deleted.length === 80);

    expect(counter.most).toBe(3);
  });

  it('waits for a fuller batch within its window', async () => {
    queue.messages = ['a'];
    const batches: string[][] = [];
    start(
      async (ids) => {
        batches.push(ids);
      },
      { batchSize: 13, batchingWindowSeconds: 60 },
    );
    await eventually(() => queue.messages.length === 0);
    queue.messages.push(...Array.from({ length: 12 }, (_, index) => `n${index}`));

    await eventually(() => queue.deleted.length === 13);

    expect(batches[0]).toHaveLength(13);
  });
});

describe('a batch answer', () => {
  const ids = ['a', 'b'];

  it.each([['null'], ['{}'], ['{"batchItemFailures":[]}'], ['{"batchItemFailures":null}'], ['"text"']])(
    '%s means that all succeeded',
    (payload) => {
      expect(failedMessageIds(payload, ids)).toEqual(new Set());
    },
  );

  it.each([
    ['{"batchItemFailures":"a"}'],
    ['{"batchItemFailures":[{"itemIdentifier":""}]}'],
    ['{"batchItemFailures":[{"itemIdentifier":"z"}]}'],
    ['{"batchItemFailures":[{"id":"a"}]}'],
    ['{"batchItemFailures":[null]}'],
  ])('%s means that all failed', (payload) => {
    expect(failedMessageIds(payload, ids)).toBeUndefined();
  });

  it('carries attributes in Lambda’s own spelling', () => {
    const event = sqsEvent(
      [
        {
          MessageId: 'm',
          ReceiptHandle: 'rh',
          Body: 'b',
          Attributes: { ApproximateReceiveCount: '1' },
          MessageAttributes: { lane: { DataType: 'String', StringValue: 'x' } },
        },
      ],
      'arn:aws:sqs:us-east-1:000000000000:q',
      'us-east-1',
    );

    expect(event).toMatchObject({
      Records: [
        {
          messageId: 'm',
          receiptHandle: 'rh',
          attributes: { ApproximateReceiveCount: '1' },
          messageAttributes: { lane: { dataType: 'String', stringValue: 'x' } },
          eventSource: 'aws:sqs',
        },
      ],
    });
  });
});
