import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createUploadObjects } from '../../core/uploads/objects.ts';
import { createUploadStore } from '../../core/uploads/store.ts';
import { controlTable, uploadsClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { telemetry } from '../common/telemetry.ts';
import { uploadsRoutes } from './routes.ts';

const env = readEnv(z.object({ CONTROL_TABLE: z.string().min(1), BUCKET: z.string().min(1) }));

export const handler = httpHandler(
  uploadsRoutes({
    uploads: createUploadStore(controlTable(env.CONTROL_TABLE)),
    files: createUploadObjects({ s3: uploadsClient(), bucket: env.BUCKET, clock: systemClock }),
    clock: systemClock,
    newUploadId: randomUUID,
    telemetry,
  }),
);
