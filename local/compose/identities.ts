import type { Principal } from '../gateway/types.ts';
import { accessKeyFor } from '../identity.ts';
import type { Template } from '../template/template.ts';

/** The template's roles by the access keys that their holders use on this machine. */
export function identitiesOf(template: Template): [string, Principal][] {
  const holders = [...template.ofType('AWS::Lambda::Function'), ...template.ofType('AWS::StepFunctions::StateMachine')];
  return template.ofType('AWS::IAM::Role').flatMap(({ arn }) => {
    if (arn === undefined) return [];
    const accessKeyId = accessKeyFor(arn);
    const holder = holders.find(({ properties }) => properties.Role === arn || properties.RoleArn === arn);
    const logicalId = holder && { logicalId: holder.logicalId };
    return [[accessKeyId, { kind: 'role', accessKeyId, roleArn: arn, ...logicalId }]];
  });
}
