import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createRequestQueue } from '../../core/requests/queue.ts';
import { createRequestStore } from '../../core/requests/store.ts';
import { documentClient, queueClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { telemetry } from '../common/telemetry.ts';
import { requestRoutes } from './routes.ts';

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1), REQUEST_QUEUE_URL: z.string().min(1) }));

export const handler = httpHandler(
  requestRoutes({
    store: createRequestStore({ client: documentClient(), tableName: env.SENDS_TABLE, clock: systemClock }),
    queue: createRequestQueue(queueClient(), env.REQUEST_QUEUE_URL),
    telemetry,
    newId: randomUUID,
  }),
);
