import { CfnParameter, type CfnParameterProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

type ParameterProps = CfnParameterProps & Required<Pick<CfnParameterProps, 'default' | 'description'>>;

/**
 * The value of a parameter of the stack, which the operator sets at deploy time under exactly this name. Defaults are ASCII, because
 * CloudFormation replaces other characters by question marks.
 */
export const parameter = (scope: Construct, name: string, props: ParameterProps): string =>
  created(scope, name, props).valueAsString;

/** The same of a number. */
export const numberParameter = (scope: Construct, name: string, props: ParameterProps): number =>
  created(scope, name, { ...props, type: 'Number' }).valueAsNumber;

/** The same of a list, whose values are separated by commas. */
export const listParameter = (scope: Construct, name: string, props: ParameterProps): string[] =>
  created(scope, name, { ...props, type: 'CommaDelimitedList' }).valueAsList;

function created(scope: Construct, name: string, props: ParameterProps): CfnParameter {
  const parameter = new CfnParameter(scope, name, props);
  parameter.overrideLogicalId(name);
  return parameter;
}
