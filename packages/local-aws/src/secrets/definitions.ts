import { randomBytes } from 'node:crypto';
import { isObject, type Json } from '../json.ts';
import type { Template } from '../template/template.ts';

/** A secret as a CloudFormation template describes it. */
export interface SecretDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  /** The first value: that of the template, or a generated one. */
  readonly initial: () => string;
}

/** The secrets of a template. */
export function secretsOf(template: Template): SecretDefinition[] {
  return template.ofType('AWS::SecretsManager::Secret').map(({ physicalId, properties, logicalId }) => {
    const { Name, SecretString, GenerateSecretString, Description } = properties;
    return {
      logicalId,
      // The ARN contains the generated name, followed by six random characters.
      name: typeof Name === 'string' ? Name : physicalId.slice(physicalId.indexOf(':secret:') + 8, -7),
      arn: physicalId,
      ...(typeof Description === 'string' ? { description: Description } : {}),
      initial: () => (typeof SecretString === 'string' ? SecretString : generate(GenerateSecretString)),
    };
  });
}

/** A random value of the requested length. With a template string it is the value of the generated key. */
function generate(options: Json | undefined): string {
  const { PasswordLength, SecretStringTemplate, GenerateStringKey } = isObject(options) ? options : {};
  const length = Number(PasswordLength ?? 32);
  const value = randomBytes(length).toString('base64url').slice(0, length);
  if (typeof SecretStringTemplate !== 'string' || typeof GenerateStringKey !== 'string') return value;
  return JSON.stringify({ ...(JSON.parse(SecretStringTemplate) as object), [GenerateStringKey]: value });
}
