import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { createApiKeyStore } from '../../core/api-keys/store.ts';
import { systemClock } from '../../core/clock.ts';
import { cached } from '../common/cached.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { telemetry } from '../common/telemetry.ts';
import { type Authorization, createAuthorize } from './authorize.ts';

const env = readEnv(
  z.object({ API_KEYS_SECRET_ARN: z.string().min(1), API_KEYS_TTL_SECONDS: z.coerce.number().positive() }),
);
const store = createApiKeyStore(new SecretsManagerClient(), env.API_KEYS_SECRET_ARN);
const keys = cached(store.list, { ttlMs: env.API_KEYS_TTL_SECONDS * 1000, clock: systemClock });
// In the time of the start, so that the first request waits for no secret. If it cannot be read, the first request asks again and fails.
keys.get().catch(() => undefined);
const authorize = createAuthorize(keys.get, telemetry);

/** Lets a request pass if its API key has the scope of the route; API Gateway answers 403 to others. */
export const handler = invocation<APIGatewayRequestAuthorizerEventV2, Authorization>(({ headers, routeKey }) =>
  authorize(headers?.authorization, routeKey),
);
