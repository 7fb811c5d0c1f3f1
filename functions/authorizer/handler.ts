import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerResult } from 'aws-lambda';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { createApiKeyCheck } from './api-key.ts';

const env = readEnv(z.object({ API_KEY_SECRET_ARN: z.string().min(1) }));
const secrets = new SecretsManagerClient({});

const isAllowed = createApiKeyCheck({ readKey, clock: systemClock });

async function readKey(): Promise<string> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: env.API_KEY_SECRET_ARN }));
  if (!SecretString) throw new Error('The API key secret is empty.');
  return SecretString;
}

/** Lets a request with the API key pass; API Gateway answers 403 to others. */
export const handler = invocation<APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerResult>(
  async ({ headers }) => ({ isAuthorized: await isAllowed(headers?.authorization) }),
);
