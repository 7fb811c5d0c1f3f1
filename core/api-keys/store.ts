import { createHash } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PregonError } from '../errors.ts';
import { type ApiKey, parseApiKeys, serializeApiKeys } from './api-keys.ts';

export interface ApiKeyStore {
  /** The keys. Empty while the secret has no value. */
  list(): Promise<ApiKey[]>;
  /** Replaces the keys by what `change` makes of them. It may be called again when somebody else has changed them meanwhile. */
  change(change: (keys: readonly ApiKey[]) => ApiKey[]): Promise<ApiKey[]>;
}

/** Two operators at once is rare, five changes during one is a fault. */
const MAX_TRIES = 5;

/** The API keys of a stage in their secret: a JSON document with names, hashes and scopes. */
export function createApiKeyStore(client: SecretsManagerClient, secretId: string): ApiKeyStore {
  async function read(): Promise<{ keys: ApiKey[]; version: string }> {
    try {
      const { SecretString, VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      return { keys: SecretString ? parseApiKeys(SecretString) : [], version: VersionId };
    } catch (error) {
      // A secret without a value. A secret that does not exist is refused by the write.
      if (isNamed(error, 'ResourceNotFoundException')) return { keys: [], version: '' };
      throw error;
    }
  }

  return {
    list: async () => (await read()).keys,

    async change(change) {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const { keys, version } = await read();
        const changed = change(keys);
        try {
          await client.send(
            new PutSecretValueCommand({
              SecretId: secretId,
              SecretString: serializeApiKeys(changed),
              ClientRequestToken: successorOf(version),
            }),
          );
          return changed;
        } catch (error) {
          if (!isNamed(error, 'ResourceExistsException')) throw error;
        }
      }
      throw new PregonError('Conflict', 'The keys are changed by others at this moment. Try again.');
    },
  };
}

/**
 * The version that replaces a version. Two writers that have read the same version choose the same id, and Secrets Manager refuses the
 * second one, because a version cannot change its value. So no change is lost.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
const successorOf = (version: string): string => createHash('sha256').update(version).digest('hex');

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;
