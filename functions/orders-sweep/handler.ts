import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createOrderQueue } from '../../core/orders/queue.ts';
import { createOrderStore } from '../../core/orders/store.ts';
import { type OrdersSwept, sweepOrders } from '../../core/orders/sweep.ts';
import { documentClient, queueClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { orderQueues, orderQueuesEnv } from '../common/order-queues.ts';
import { telemetry } from '../common/telemetry.ts';

/** One look at a group of orders fits into it, also where every call has to be repeated. */
const SWEEP_MARGIN_MS = 20_000;

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1) }).extend(orderQueuesEnv.shape));
const deps = {
  store: createOrderStore({ client: documentClient(), tableName: env.SENDS_TABLE, clock: systemClock }),
  queue: createOrderQueue(queueClient(), orderQueues(env)),
  clock: systemClock,
  telemetry,
};

/** Every minute: messages that a write could not send are sent. */
export const handler = invocation<unknown, OrdersSwept>((_event, context) =>
  sweepOrders(deps, systemClock.now() + context.getRemainingTimeInMillis() - SWEEP_MARGIN_MS),
);
