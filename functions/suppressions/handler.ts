import { z } from 'zod';
import { createSuppressions } from '../../core/consent/suppressions.ts';
import { sendsTable } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { suppressionRoutes } from './routes.ts';

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1) }));

export const handler = httpHandler(
  suppressionRoutes({ suppressions: createSuppressions(sendsTable(env.SENDS_TABLE)) }),
);
