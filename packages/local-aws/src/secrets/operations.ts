import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError } from '../gateway/errors.ts';
import type { Maxima } from '../limits/limits.ts';
import { currentOf, type Secret, type Secrets, type SecretVersion } from './state.ts';

export const requestSchema = z.object({
  SecretId: z.string().optional(),
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
  SecretString: z.string().optional(),
  SecretBinary: z.string().optional(),
  ClientRequestToken: z.string().optional(),
});
export type Request = z.infer<typeof requestSchema>;

/** The operations by their names in the API. */
export const OPERATIONS: Readonly<Record<string, (secrets: Secrets, request: Request, max: Maxima) => unknown>> = {
  GetSecretValue(secrets, request) {
    const secret = required(secrets, request);
    const version = versionOf(secret, request);
    return { ...identity(secret, version), ...version.value, CreatedDate: version.createdDate };
  },
  PutSecretValue(secrets, request, max) {
    const secret = required(secrets, request);
    const { SecretString, SecretBinary, ClientRequestToken } = request;
    if (SecretString === undefined && SecretBinary === undefined) {
      throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
    }
    const value = SecretString === undefined ? { SecretBinary: SecretBinary ?? '' } : { SecretString };
    checkSize('secretString', Buffer.byteLength(SecretString ?? ''), max);
    checkSize('secretBinary', Buffer.from(SecretBinary ?? '', 'base64').length, max);
    const same = secret.versions.find(({ id }) => id === ClientRequestToken);
    if (same && !isDeepStrictEqual(same.value, value)) {
      throw new AwsError(
        'ResourceExistsException',
        "You can't use a ClientRequestToken that belongs to a version with another value.",
      );
    }
    return identity(secret, same ?? secrets.put(secret, value, ClientRequestToken));
  },
  DescribeSecret: (secrets, request) => describe(required(secrets, request)),
  ListSecrets: (secrets) => ({ SecretList: secrets.all().map(describe) }),
};

function checkSize(member: string, bytes: number, max: Maxima): void {
  const most = max['secretsmanager.valueBytes'];
  if (bytes <= most) return;
  const rule = `Member must have length less than or equal to ${most}`;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${rule}`,
  );
}

function required(secrets: Secrets, { SecretId }: Request): Secret {
  const secret = SecretId === undefined ? undefined : secrets.find(SecretId);
  if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return secret;
}

function versionOf(secret: Secret, { VersionId, VersionStage = 'AWSCURRENT' }: Request): SecretVersion {
  const version =
    VersionId === undefined && VersionStage === 'AWSCURRENT'
      ? currentOf(secret)
      : secret.versions.find(({ id, stages }) =>
          VersionId === undefined ? stages.includes(VersionStage) : id === VersionId,
        );
  if (!version) {
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value.");
  }
  return version;
}

const identity = (secret: Secret, version: SecretVersion) => ({
  ARN: secret.arn,
  Name: secret.name,
  VersionId: version.id,
  VersionStages: version.stages,
});

const describe = (secret: Secret) => ({
  ARN: secret.arn,
  Name: secret.name,
  ...(secret.description === undefined ? {} : { Description: secret.description }),
  CreatedDate: secret.createdDate,
  VersionIdsToStages: Object.fromEntries(secret.versions.map(({ id, stages }) => [id, stages])),
});
