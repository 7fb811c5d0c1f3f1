import { createHash } from 'node:crypto';
import { accessKeyFor } from '../identity.ts';
import type { Template } from '../template/template.ts';
import type { Principal, Step } from './types.ts';

/** The sessions of the roles of the template's functions and state machines, each with its access key id. */
export function principalsOf(template: Template): Principal[] {
  const functions = template
    .ofType('AWS::Lambda::Function')
    .flatMap(({ physicalId, arn = '', properties: { Role } }) =>
      typeof Role === 'string' ? [functionSession(Role, physicalId, arn)] : [],
    );
  const stateMachines = template
    .ofType('AWS::StepFunctions::StateMachine')
    .flatMap(({ properties: { RoleArn } }) => (typeof RoleArn === 'string' ? [workflowSession(RoleArn)] : []));
  return [...functions, ...stateMachines];
}

/** The session of a function has its name, as on AWS. */
export const functionSession = (roleArn: string, functionName: string, functionArn: string): Principal => ({
  kind: 'role',
  accessKeyId: accessKeyFor(roleArn, functionName),
  roleArn,
  sessionName: functionName,
  functionArn,
});

/** The sessions of Step Functions have 32 random characters; here they are the same for a role. */
export const workflowSession = (roleArn: string): Principal => ({
  kind: 'role',
  accessKeyId: accessKeyFor(roleArn),
  roleArn,
  sessionName: createHash('sha256').update(roleArn).digest('base64').replace(/[+/=]/g, 'x').slice(0, 32),
});

/** Identifies the caller by its access key id: a role, or else an administrator. */
export const identify =
  (identities: ReadonlyMap<string, Principal>): Step =>
  (request, next) => {
    const principal = identities.get(request.principal.accessKeyId);
    return next(principal ? { ...request, principal } : request);
  };
