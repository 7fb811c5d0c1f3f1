import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerResult } from 'aws-lambda';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { cached } from '../common/cached.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { readSecret, SECRET_TTL_MS } from '../common/secrets.ts';
import { createApiKeyCheck } from './api-key.ts';

const env = readEnv(z.object({ API_KEY_SECRET_ARN: z.string().min(1) }));

const apiKey = cached(
  async () => {
    const key = await readSecret(env.API_KEY_SECRET_ARN);
    if (!key) throw new Error('The API key secret is empty');
    return key;
  },
  { ttlMs: SECRET_TTL_MS, clock: systemClock },
);
const isAllowed = createApiKeyCheck(apiKey.get);

/** Lets a request with the API key pass; API Gateway answers 403 to others. */
export const handler = invocation<APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerResult>(
  async ({ headers }) => ({ isAuthorized: await isAllowed(headers?.authorization) }),
);
