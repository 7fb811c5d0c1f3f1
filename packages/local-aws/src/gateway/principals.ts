import { accessKeyFor } from '../identity.ts';
import type { Template } from '../template/template.ts';
import type { Principal } from './types.ts';

/** The roles that functions and state machines of a template call with, each with the key that stands for it. */
export function principalsOf(template: Template): Principal[] {
  const holders = [
    ...template
      .ofType('AWS::Lambda::Function')
      .map(({ logicalId, properties }) => ({ logicalId, role: properties.Role })),
    ...template
      .ofType('AWS::StepFunctions::StateMachine')
      .map(({ logicalId, properties }) => ({ logicalId, role: properties.RoleArn })),
  ];
  return holders.flatMap(({ logicalId, role }) =>
    typeof role === 'string'
      ? [{ kind: 'role' as const, accessKeyId: accessKeyFor(role), roleArn: role, logicalId }]
      : [],
  );
}
