import { accessKeyFor } from '../identity.ts';
import type { Template } from '../template/template.ts';
import type { Principal, Step } from './types.ts';

/** The roles of the template's functions and state machines, each with its access key id. */
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

/** Identifies the caller by its access key id: a role, or else an administrator. */
export const identify =
  (identities: ReadonlyMap<string, Principal>): Step =>
  (request, next) => {
    const principal = identities.get(request.principal.accessKeyId);
    return next(principal ? { ...request, principal } : request);
  };
