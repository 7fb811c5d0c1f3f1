import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** Secrets are read again after this time, so a changed one is in use everywhere at the latest then. */
export const SECRET_TTL_MS = 5 * 60_000;

const client = new SecretsManagerClient();

/** The text of a secret. Undefined while it has none: the template creates secrets without a value. */
export async function readSecret(arn: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString;
  } catch (error) {
    // Secrets Manager gives the same answer for a secret without a value as for one that does not exist.
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
