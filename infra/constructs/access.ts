import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** A resource as one function uses it: the variables by which the function finds it, and what it may do with it. */
export interface Access {
  readonly environment?: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
}

/** Actions are listed one by one, without wildcards: `allow('sqs', ['SendMessage'], queueArn)`. */
export const allow = (service: string, actions: readonly string[], ...resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources });

export const secretAccess = ({ secretArn }: { secretArn: string }, arnVariable: string): Access => ({
  environment: { [arnVariable]: secretArn },
  statements: [allow('secretsmanager', ['GetSecretValue'], secretArn)],
});
