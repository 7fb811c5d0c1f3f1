import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { acceptEmail } from '../../core/email/accept.ts';
import { createEmailQueue } from '../../core/email/queue.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { createOrderEvents } from '../../core/orders/events.ts';
import { ORDER_STATUSES } from '../../core/orders/order.ts';
import { type ProcessorDeps, processOrder } from '../../core/orders/process-order.ts';
import { createOrderQueue, orderMessageSchema } from '../../core/orders/queue.ts';
import { createOrderStore } from '../../core/orders/store.ts';
import { eventsClient, queueClient, sendsTable, WORKER_TIMEOUTS } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { queueWorker } from '../common/queue-worker.ts';
import { senderEnv, senderOf } from '../common/sender.ts';
import { telemetry } from '../common/telemetry.ts';

const text = z.string().min(1);
const env = readEnv(
  z.object({
    SENDS_TABLE: text,
    ORDER_QUEUE_URL: text,
    EVENT_BUS: text,
    EMAIL_QUEUE_URL: text,
    ...senderEnv,
  }),
);
const clock = systemClock;
const table = sendsTable(env.SENDS_TABLE, WORKER_TIMEOUTS);
const sqs = queueClient(WORKER_TIMEOUTS);

const email = {
  store: createEmailStore(table),
  queue: createEmailQueue(sqs, env.EMAIL_QUEUE_URL),
  clock,
  telemetry,
};
const deps: ProcessorDeps = {
  store: createOrderStore(table),
  // The message waits on the queue that it came from, which in a small account is the same for every status.
  queue: createOrderQueue(sqs, Object.fromEntries(ORDER_STATUSES.map((status) => [status, env.ORDER_QUEUE_URL]))),
  events: createOrderEvents(eventsClient(WORKER_TIMEOUTS), env.EVENT_BUS),
  accept: async (request, batchId) => void (await acceptEmail(email, request, { batchId, channel: 'order' })),
  from: senderOf(env),
  clock,
  telemetry,
};

/** Processes the changes of orders: tells other systems and the customer, and records it. */
export const handler = queueWorker({
  schema: orderMessageSchema,
  async work(messages) {
    const failed: (typeof messages)[number][] = [];
    await Promise.all(
      messages.map(async (message) => {
        try {
          await processOrder(deps, message.body);
        } catch (error) {
          telemetry.error('An order was not processed; its message stays in the queue', { ...message.body, error });
          failed.push(message);
        }
      }),
    );
    return failed;
  },
});
