import { join } from 'node:path';
import { z } from 'zod';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { pageRoutes } from './routes.ts';
import { staticFiles } from './static-files.ts';

const env = readEnv(
  z.object({
    STAGE: z.string().min(1),
    BUCKET_DOMAIN: z.string().min(1),
    // The SDK's own variable: addresses that it signs begin with it.
    AWS_ENDPOINT_URL: z.url().optional(),
  }),
);
const bucketOrigin = env.AWS_ENDPOINT_URL ? new URL(env.AWS_ENDPOINT_URL).origin : `https://${env.BUCKET_DOMAIN}`;

export const handler = httpHandler(
  pageRoutes({ file: staticFiles(join(import.meta.dirname, 'static')), stage: env.STAGE, bucketOrigin }),
);
