import type { ServiceHandler } from '../gateway/types.ts';
import type { Maxima } from '../limits/limits.ts';
import type { Template } from '../template/template.ts';
import { secretsOf } from './definitions.ts';
import { secretsApi } from './protocol.ts';
import { type SecretSource, Secrets } from './state.ts';

export interface SecretsManagerOptions {
  readonly template: Template;
  /** Folder of the secrets' file. */
  readonly folder: string;
  /** Values by name or logical id of the secret. */
  readonly values: Readonly<Record<string, SecretSource>>;
  readonly max: Maxima;
  now(): number;
}

/**
 * Secrets Manager: reads and replaces values. `protocol.ts` reads and answers calls, `operations.ts` has a function for each
 * operation, `state.ts` keeps the secrets in a file; `definitions.ts` holds the secrets that the template asks for.
 */
export function secretsManager({ template, folder, values, max, now }: SecretsManagerOptions): ServiceHandler {
  return secretsApi(new Secrets(folder, secretsOf(template), values, now), max);
}
