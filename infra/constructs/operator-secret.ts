import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Foundation } from '../foundation.ts';

/**
 * A secret whose value operators set. The template gives it none: CloudFormation writes a value of the template again whenever the template
 * changes it, over what operators have set. CDK's `Secret` would generate one.
 */
export class OperatorSecret extends CfnSecret {
  readonly secretArn: string;

  /** `name` is the part behind `pregon-<stage>/`. */
  constructor(scope: Construct, id: string, { stage, dataRemoval }: Foundation, name: string, description: string) {
    super(scope, id, { name: `pregon-${stage.name}/${name}`, description });
    this.applyRemovalPolicy(dataRemoval);
    this.secretArn = this.ref;
  }
}

/**
 * A secret whose first value Secrets Manager generates: a JSON object of `template`, with 64 random letters and digits under `generatedKey`.
 * CloudFormation generates another value, over what operators have added, if these two ever change.
 */
export class GeneratedSecret extends OperatorSecret {
  constructor(
    scope: Construct,
    id: string,
    shared: Foundation,
    props: { name: string; description: string; template: Readonly<Record<string, string>>; generatedKey: string },
  ) {
    super(scope, id, shared, props.name, props.description);
    this.generateSecretString = {
      secretStringTemplate: JSON.stringify(props.template),
      generateStringKey: props.generatedKey,
      passwordLength: 64,
      excludePunctuation: true,
    };
  }
}
