import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { parseAddress } from '../../core/delivery/providers/addresses.ts';
import { acceptEmail } from '../../core/email/accept.ts';
import { createEmailQueue } from '../../core/email/queue.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { createOrderEvents } from '../../core/orders/events.ts';
import { orderMessageSchema } from '../../core/orders/messages.ts';
import type { OrderStatus } from '../../core/orders/order.ts';
import { type ProcessorDeps, processOrder } from '../../core/orders/process-order.ts';
import { createOrderQueue } from '../../core/orders/queue.ts';
import { createOrderStore } from '../../core/orders/store.ts';
import { documentClient, eventsClient, queueClient, WORKER_TIMEOUTS } from './clients.ts';
import { readEnv } from './env.ts';
import { invocation } from './invocation.ts';
import { parseRecords } from './parse-records.ts';
import { telemetry } from './telemetry.ts';

const text = z.string().min(1);
const processorEnv = z.object({
  SENDS_TABLE: text,
  ORDER_QUEUE_URL: text,
  ORDER_BUS: text,
  EMAIL_QUEUE_URL: text,
  SENDER_ADDRESS: text.transform(parseAddress),
});

/** The Lambda behind the queue of one status. */
export function orderProcessor(status: OrderStatus) {
  const env = readEnv(processorEnv);
  const table = { client: documentClient(WORKER_TIMEOUTS), tableName: env.SENDS_TABLE, clock: systemClock };
  const sqs = queueClient(WORKER_TIMEOUTS);
  const email = {
    store: createEmailStore(table),
    queue: createEmailQueue(sqs, env.EMAIL_QUEUE_URL),
    clock: systemClock,
    telemetry,
  };
  const deps: ProcessorDeps = {
    store: createOrderStore(table),
    queue: createOrderQueue(sqs, { [status]: env.ORDER_QUEUE_URL }),
    events: createOrderEvents(eventsClient(WORKER_TIMEOUTS), env.ORDER_BUS),
    accept: async (request, batchId) => void (await acceptEmail(email, request, { batchId, channel: 'order' })),
    from: env.SENDER_ADDRESS,
    clock: systemClock,
    telemetry,
  };
  // A message of another status was put on the wrong queue by hand.
  const schema = orderMessageSchema.extend({ status: z.literal(status) });

  return invocation<SQSEvent, SQSBatchResponse>(async ({ Records }) => {
    const { messages, poison } = parseRecords(Records, schema, telemetry);
    const failed = [...poison];
    await Promise.all(
      messages.map(async ({ messageId, message }) => {
        try {
          await processOrder(deps, message);
        } catch (error) {
          telemetry.error('An order was not processed; its message stays', { ...message, error });
          failed.push(messageId);
        }
      }),
    );
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });
}
