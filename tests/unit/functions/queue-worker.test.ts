import type { SQSEvent } from 'aws-lambda';
import { z } from 'zod';
import type { Metric } from '../../../core/telemetry.ts';
import { processBatch } from '../../../functions/common/queue-worker.ts';
import { silent } from '../support/telemetry.ts';

const NOW = 1_000_000;
const schema = z.object({ id: z.number() });

function open(work: Parameters<typeof processBatch<typeof schema>>[0]['work']) {
  const counted: Metric[] = [];
  const clock = { now: () => NOW, sleep: async () => undefined };
  const telemetry = { ...silent, count: (metric: Metric) => counted.push(metric) };
  const handle = processBatch({ schema, work }, { clock, telemetry });
  return {
    counted,
    async handle(...bodies: string[]) {
      const Records = bodies.map((body, n) => ({
        messageId: `m${n}`,
        body,
        attributes: { ApproximateReceiveCount: '2' },
      })) as SQSEvent['Records'];
      const { batchItemFailures } = await handle({ Records }, { getRemainingTimeInMillis: () => 10_000 });
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
  };
}

describe('a queue worker', () => {
  it('gets the parsed messages and a deadline before the end of the function', async () => {
    const calls: unknown[] = [];
    const worker = open(async (...call) => {
      calls.push(call);
      return [];
    });

    expect(await worker.handle('{"id":1}', '{"id":2}')).toEqual([]);
    expect(calls).toEqual([
      [
        [
          { messageId: 'm0', body: { id: 1 }, receives: 2 },
          { messageId: 'm1', body: { id: 2 }, receives: 2 },
        ],
        NOW + 10_000 - 300,
      ],
    ]);
  });

  it('keeps the messages that it does not recognise and those that its work could not finish', async () => {
    const worker = open(async (messages) => messages.filter(({ body }) => body.id === 2));

    expect(await worker.handle('{"id":1}', 'no json', '{"id":"x"}', '{"id":2}')).toEqual(['m1', 'm2', 'm3']);
    expect(worker.counted).toEqual(['Poison', 'Poison']);
  });

  it('fails as a whole when its work throws, so that every message is received again', async () => {
    const worker = open(async () => Promise.reject(new Error('no table')));

    await expect(worker.handle('{"id":1}')).rejects.toThrow('no table');
  });
});
