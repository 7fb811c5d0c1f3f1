import { randomUUID } from 'node:crypto';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { ingestDeps, ingestEnv } from '../common/ingest.ts';
import { uploadRoutes } from './routes.ts';

export const handler = httpHandler(uploadRoutes({ ...ingestDeps(readEnv(ingestEnv)), newUploadId: randomUUID }));
