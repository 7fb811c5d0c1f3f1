import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Secrets are read again after this time, so a changed one is in use everywhere at the latest then. */
export const SECRET_TTL_MS = 5 * 60_000;

const client = new SecretsManagerClient();

/** The text of a secret. Undefined when it holds none. */
export const readSecret = async (arn: string): Promise<string | undefined> =>
  (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString;
