import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { z } from 'zod';
import { type Clock, systemClock } from '../../core/clock.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { invocation } from './invocation.ts';
import { telemetry } from './telemetry.ts';

export interface QueueMessage<Body> {
  messageId: string;
  body: Body;
  /** How often it was received, this time included. */
  receives: number;
}

export interface QueueWorker<Schema extends z.ZodType> {
  /** Of a message's body, which is JSON. */
  schema: Schema;
  /** Processes messages until the deadline (milliseconds since the epoch). Resolves to those that must stay in the queue. */
  work(
    messages: readonly QueueMessage<z.output<Schema>>[],
    deadline: number,
  ): Promise<readonly Pick<QueueMessage<unknown>, 'messageId'>[]>;
}

/** The runtime needs this long to return the answer before the function's timeout. */
const SHUTDOWN_MARGIN_MS = 300;

/** The handler of a function that reads an SQS queue with ReportBatchItemFailures. */
export const queueWorker = <Schema extends z.ZodType>(worker: QueueWorker<Schema>) =>
  invocation(processBatch(worker, { clock: systemClock, telemetry }));

/**
 * Parses the messages of an event and processes them. A message that does not match the schema stays in the queue, so that after its
 * receives it is moved to the dead-letter queue.
 */
export function processBatch<Schema extends z.ZodType>(
  { schema, work }: QueueWorker<Schema>,
  { clock, telemetry }: { clock: Clock; telemetry: Telemetry },
): (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse> {
  return async ({ Records }, context) => {
    const deadline = clock.now() + context.getRemainingTimeInMillis() - SHUTDOWN_MARGIN_MS;
    const messages: QueueMessage<z.output<Schema>>[] = [];
    const unrecognised: { messageId: string }[] = [];
    for (const { messageId, body, attributes } of Records) {
      const { data, error } = schema.safeParse(jsonOf(body));
      if (!error) messages.push({ messageId, body: data, receives: Number(attributes.ApproximateReceiveCount) });
      else {
        telemetry.error('Unrecognised message', { messageId, problem: error.message });
        telemetry.count('Poison');
        unrecognised.push({ messageId });
      }
    }
    const kept = await work(messages, deadline);
    return { batchItemFailures: [...unrecognised, ...kept].map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
