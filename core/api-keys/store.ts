import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretDocument } from '../secret-document.ts';
import { type ApiKey, parseApiKeys, serializeApiKeys } from './api-keys.ts';

export interface ApiKeyStore {
  /** The keys. Empty while the secret has no value. */
  list(): Promise<ApiKey[]>;
  /** Replaces the keys by what `change` makes of them. It may be called again when somebody else has changed them meanwhile. */
  change(change: (keys: readonly ApiKey[]) => ApiKey[]): Promise<ApiKey[]>;
}

/** The API keys of a stage in their secret: a JSON document with names, hashes and scopes. */
export function createApiKeyStore(client: SecretsManagerClient, secretId: string): ApiKeyStore {
  const { read, change } = createSecretDocument<ApiKey[]>(client, secretId, {
    parse: (text) => (text === undefined ? [] : parseApiKeys(text)),
    serialize: serializeApiKeys,
  });
  return { list: read, change };
}
