import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createOrderQueue } from '../../core/orders/queue.ts';
import { createOrderStore } from '../../core/orders/store.ts';
import { sweepOrders } from '../../core/orders/sweep.ts';
import { queueClient, sendsTable } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { orderQueues, orderQueuesEnv } from '../common/order-queues.ts';
import { sweepHandler } from '../common/sweep.ts';
import { telemetry } from '../common/telemetry.ts';

const env = readEnv(orderQueuesEnv.extend({ SENDS_TABLE: z.string().min(1) }));
const deps = {
  store: createOrderStore(sendsTable(env.SENDS_TABLE)),
  queue: createOrderQueue(queueClient(), orderQueues(env)),
  clock: systemClock,
  telemetry,
};

/** Every minute: sends the messages that a write could not send. */
export const handler = sweepHandler((deadline) => sweepOrders(deps, deadline));
