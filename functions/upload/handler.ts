import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createLimiter } from '../../core/limiter/limiter.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { ingestDeps, ingestEnv } from '../common/ingest.ts';
import { senderEnv, senderOf } from '../common/sender.ts';
import { uploadRoutes } from './routes.ts';

const env = readEnv(ingestEnv.extend({ ...senderEnv, UNSUBSCRIBE_FOOTER: z.string() }));
const { ses, ...deps } = ingestDeps(env);

export const handler = httpHandler(
  uploadRoutes({
    ...deps,
    newUploadId: randomUUID,
    from: senderOf(env),
    footer: env.UNSUBSCRIBE_FOOTER,
    testMail: { ...deps, provider: ses.provider, limiter: createLimiter(ses.rate), newId: randomUUID },
  }),
);
