import type { Template } from '../template/template.ts';

/** What the ARNs in policies need beyond a request: names of the template. */
export interface Names {
  /** ARN of a resource in this account and Region: `arn('sqs', 'jobs')`. */
  arn(service: string, path: string): string;
  /** The ARN of a secret, which ends in six random characters, by its name or ARN. */
  secretArn(id: string): string;
  /** The verified identity of the template that covers an address: the address itself, or its domain. */
  identityOf(address: string): string | undefined;
}

export function namesOf(template: Template): Names {
  const arn = (service: string, path: string) => `arn:aws:${service}:${template.region}:${template.account}:${path}`;
  const identities = template.ofType('AWS::SES::EmailIdentity').map(({ physicalId }) => physicalId);
  const secrets = template.ofType('AWS::SecretsManager::Secret').map(({ physicalId }) => physicalId);
  return {
    arn,
    secretArn(id) {
      const whole = id.startsWith('arn:') ? id : arn('secretsmanager', `secret:${id}`);
      return secrets.find((secret) => secret === whole || secret.slice(0, -7) === whole) ?? whole;
    },
    identityOf: (address) =>
      [address, address.slice(address.indexOf('@') + 1)].find((name) => identities.includes(name)),
  };
}
