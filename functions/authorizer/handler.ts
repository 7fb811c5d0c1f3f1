import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerResult } from 'aws-lambda';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { readEnv } from '../common/env.ts';
import { createApiKeyCheck } from './api-key.ts';

const env = readEnv(z.object({ API_KEY_SECRET_ARN: z.string().min(1) }));
const secrets = new SecretsManagerClient({});

const isAllowed = createApiKeyCheck({ readKey, clock: systemClock });

async function readKey(): Promise<string> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: env.API_KEY_SECRET_ARN }));
  if (!SecretString) throw new Error('The API key secret is empty.');
  return SecretString;
}

/** Lets a request pass that carries the API key; API Gateway answers 403 to the others. */
export async function handler(event: APIGatewayRequestAuthorizerEventV2): Promise<APIGatewaySimpleAuthorizerResult> {
  return { isAuthorized: await isAllowed(event.headers?.authorization) };
}
