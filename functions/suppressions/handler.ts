import { z } from 'zod';
import { createSuppressions } from '../../core/consent/suppressions.ts';
import { controlTable } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { suppressionRoutes } from './routes.ts';

const env = readEnv(z.object({ CONTROL_TABLE: z.string().min(1) }));

export const handler = httpHandler(
  suppressionRoutes({ suppressions: createSuppressions(controlTable(env.CONTROL_TABLE)) }),
);
