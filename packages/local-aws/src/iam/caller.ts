import type { Principal } from '../gateway/types.ts';
import { LOCAL_ACCOUNT } from '../identity.ts';

/** The ARN by which AWS names a caller: the session of a role, a service, or an administrator. */
export function callerArn({ kind, roleArn, sessionName = 'local', service = '' }: Principal): string {
  if (kind === 'service') return service;
  if (roleArn === undefined) return `arn:aws:iam::${LOCAL_ACCOUNT}:user/administrator`;
  // The path of a role is not part of the ARN of its sessions.
  return `arn:aws:sts::${LOCAL_ACCOUNT}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/${sessionName}`;
}
