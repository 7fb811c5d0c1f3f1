import { join } from 'node:path';
import { z } from 'zod';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { pageRoutes } from './routes.ts';
import { staticFiles } from './static-files.ts';

const env = readEnv(z.object({ STAGE: z.string().min(1) }));

export const handler = httpHandler(
  pageRoutes({ file: staticFiles(join(import.meta.dirname, 'static')), stage: env.STAGE }),
);
