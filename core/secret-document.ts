import { createHash } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PregonError } from './errors.ts';

/** A secret whose text is a document that operators change. */
export interface SecretDocument<T> {
  read(): Promise<T>;
  /** Replaces the document by what `change` makes of it. It may be called again when somebody else has changed it meanwhile. */
  change(change: (document: T) => T): Promise<T>;
}

/** Two operators at once is rare, five changes during one is a fault. */
const MAX_TRIES = 5;

/** `parse` gets undefined while the secret has no value. */
export function createSecretDocument<T>(
  client: SecretsManagerClient,
  secretId: string,
  { parse, serialize }: { parse(text: string | undefined): T; serialize(document: T): string },
): SecretDocument<T> {
  async function readVersion(): Promise<{ document: T; version: string }> {
    try {
      const { SecretString, VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      return { document: parse(SecretString || undefined), version: VersionId };
    } catch (error) {
      // A secret without a value. A secret that does not exist is refused by the write.
      if (isNamed(error, 'ResourceNotFoundException')) return { document: parse(undefined), version: '' };
      throw error;
    }
  }

  return {
    read: async () => (await readVersion()).document,

    async change(change) {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const { document, version } = await readVersion();
        const changed = change(document);
        try {
          await client.send(
            new PutSecretValueCommand({
              SecretId: secretId,
              SecretString: serialize(changed),
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
