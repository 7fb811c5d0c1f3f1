import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createRequestQueue } from '../../core/requests/queue.ts';
import { createRequestStore } from '../../core/requests/store.ts';
import { documentClient, queueClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { problemJson } from '../common/problem-json.ts';
import { telemetry } from '../common/telemetry.ts';
import { createRequests } from './requests.ts';

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1), REQUEST_QUEUE_URL: z.string().min(1) }));

const requests = createRequests({
  store: createRequestStore({ client: documentClient(), tableName: env.SENDS_TABLE, clock: systemClock }),
  queue: createRequestQueue(queueClient(), env.REQUEST_QUEUE_URL),
  telemetry,
  newId: randomUUID,
});

export const handler = middy((event: APIGatewayProxyEventV2) => requests(event)).use(problemJson());
