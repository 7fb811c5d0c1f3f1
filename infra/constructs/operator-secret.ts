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
