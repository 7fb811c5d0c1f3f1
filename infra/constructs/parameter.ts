import { CfnParameter, type CfnParameterProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * The value of a parameter of the stack, which the operator sets at deploy time under exactly this name. Defaults are ASCII, because
 * CloudFormation replaces other characters by question marks.
 */
export function parameter(
  scope: Construct,
  name: string,
  props: CfnParameterProps & Required<Pick<CfnParameterProps, 'default' | 'description'>>,
): string {
  const created = new CfnParameter(scope, name, props);
  created.overrideLogicalId(name);
  return created.valueAsString;
}
