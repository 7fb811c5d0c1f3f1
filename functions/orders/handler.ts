import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createOrderQueue } from '../../core/orders/queue.ts';
import { createOrderStore } from '../../core/orders/store.ts';
import { documentClient, queueClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { orderQueues, orderQueuesEnv } from '../common/order-queues.ts';
import { problemJson } from '../common/problem-json.ts';
import { telemetry } from '../common/telemetry.ts';
import { createOrders } from './orders.ts';

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1) }).extend(orderQueuesEnv.shape));

const orders = createOrders({
  store: createOrderStore({ client: documentClient(), tableName: env.SENDS_TABLE, clock: systemClock }),
  queue: createOrderQueue(queueClient(), orderQueues(env)),
  clock: systemClock,
  telemetry,
});

export const handler = invocation(middy((event: APIGatewayProxyEventV2) => orders(event)).use(problemJson()));
