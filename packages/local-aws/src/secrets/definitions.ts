import type { Json } from '../json.ts';
import type { Template } from '../template/template.ts';
import { generateSecret } from './generate.ts';

/** A secret as a CloudFormation template describes it. */
export interface SecretDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  /** Makes the first value: that of the template, or a generated one. Without either the secret is created empty. */
  readonly initial?: () => string;
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
      ...initialOf(SecretString, GenerateSecretString),
    };
  });
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-secretsmanager-secret.html */
function initialOf(stated: Json | undefined, generated: Json | undefined): Pick<SecretDefinition, 'initial'> {
  if (typeof stated === 'string') return { initial: () => stated };
  return generated === undefined ? {} : { initial: () => generateSecret(generated) };
}
