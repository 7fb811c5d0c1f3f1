import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createRequestQueue } from '../../core/requests/queue.ts';
import { createRequestStore } from '../../core/requests/store.ts';
import { queueClient, sendsTable } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { telemetry } from '../common/telemetry.ts';
import { requestRoutes } from './routes.ts';

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1), REQUEST_QUEUE_URL: z.string().min(1) }));

export const handler = httpHandler(
  requestRoutes({
    store: createRequestStore(sendsTable(env.SENDS_TABLE)),
    queue: createRequestQueue(queueClient(), env.REQUEST_QUEUE_URL),
    telemetry,
    newId: randomUUID,
  }),
);
