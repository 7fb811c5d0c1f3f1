import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createOrderQueue } from '../../core/orders/queue.ts';
import { createOrderStore } from '../../core/orders/store.ts';
import { queueClient, sendsTable } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { orderQueues, orderQueuesEnv } from '../common/order-queues.ts';
import { telemetry } from '../common/telemetry.ts';
import { orderRoutes } from './routes.ts';

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1) }).extend(orderQueuesEnv.shape));

export const handler = httpHandler(
  orderRoutes({
    store: createOrderStore(sendsTable(env.SENDS_TABLE)),
    queue: createOrderQueue(queueClient(), orderQueues(env)),
    clock: systemClock,
    telemetry,
  }),
);
