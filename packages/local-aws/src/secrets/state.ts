import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../json.ts';
import { readJsonFile, replaceFile } from '../storage/durable-file.ts';
import type { SecretDefinition } from './definitions.ts';

export interface SecretVersion {
  readonly id: string;
  readonly value: { SecretString: string } | { SecretBinary: string };
  /** Seconds since the epoch. */
  readonly createdDate: number;
  stages: string[];
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly createdDate: number;
  versions: SecretVersion[];
}

/** The value of a secret at the start, or what makes it of the stored value. */
export type SecretSource = string | ((stored: string | undefined) => string);

/** Older versions are removed: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_VERSIONS = 100;

/** The secrets, in one file. */
export class Secrets {
  readonly #file: string;
  readonly #secrets: Map<string, Secret>;
  readonly #now: () => number;

  /** `values` are by name or logical id of the secret. They replace the stored values. */
  constructor(
    folder: string,
    definitions: readonly SecretDefinition[],
    values: Readonly<Record<string, SecretSource>>,
    now: () => number,
  ) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, 'secrets.json');
    this.#now = now;
    const stored = readJsonFile({ path: this.#file, holds: 'the values that clients have put' }, areSecrets) ?? [];
    this.#secrets = new Map(stored.map((secret) => [secret.name, secret]));
    for (const { logicalId, name, arn, description, initial } of definitions) {
      const secret: Secret = this.#secrets.get(name) ?? {
        name,
        arn,
        createdDate: now() / 1000,
        versions: [],
        ...(description === undefined ? {} : { description }),
      };
      this.#secrets.set(name, secret);
      const source = values[name] ?? values[logicalId];
      const current = currentOf(secret);
      const known = current && 'SecretString' in current.value ? current.value.SecretString : undefined;
      const given = typeof source === 'function' ? source(known) : source;
      if (given !== undefined && given !== known) this.put(secret, { SecretString: given });
      else if (!current && initial) this.put(secret, { SecretString: initial() });
    }
  }

  all(): Secret[] {
    return [...this.#secrets.values()];
  }

  /** Finds a secret by its name, its ARN, or its ARN without the random suffix. */
  find(id: string): Secret | undefined {
    return this.#secrets.get(id) ?? this.all().find(({ arn }) => arn === id || arn.replace(/-\w{6}$/, '') === id);
  }

  /** Adds a version, makes it the current one, and writes the file. */
  put(secret: Secret, value: SecretVersion['value'], id: string = randomUUID()): SecretVersion {
    for (const version of secret.versions) {
      if (version.stages.includes('AWSCURRENT')) version.stages = ['AWSPREVIOUS'];
      else version.stages = [];
    }
    const version: SecretVersion = { id, value, createdDate: this.#now() / 1000, stages: ['AWSCURRENT'] };
    secret.versions = [...secret.versions, version].slice(-MAX_VERSIONS);
    replaceFile(this.#file, JSON.stringify(this.all(), undefined, 2));
    return version;
  }
}

const areSecrets = (value: unknown): value is Secret[] =>
  Array.isArray(value) &&
  value.every((secret) => isObject(secret) && isText(secret.name) && areVersions(secret.versions));

const areVersions = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((version) => isObject(version) && isObject(version.value) && Array.isArray(version.stages));

const isText = (value: unknown): boolean => typeof value === 'string';

export const currentOf = (secret: Secret): SecretVersion | undefined =>
  secret.versions.find(({ stages }) => stages.includes('AWSCURRENT'));
