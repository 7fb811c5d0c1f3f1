import { z } from 'zod';
import { createSuppressions } from '../../core/consent/suppressions.ts';
import { sendsTable } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { unsubscribeEnv, unsubscribeKeys } from '../common/unsubscribe.ts';
import { unsubscribeRoutes } from './routes.ts';

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1), ...unsubscribeEnv }));
const suppressions = createSuppressions(sendsTable(env.SENDS_TABLE));

export const handler = httpHandler(
  unsubscribeRoutes({
    keys: unsubscribeKeys(env),
    async unsubscribe({ sendId, email }) {
      await suppressions.add(email, { reason: 'unsubscribed', sendId });
    },
  }),
);
