import type { Principal } from '../gateway/types.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../identity.ts';
import type { Context } from './patterns.ts';
import type { KeyRules } from './policy.ts';

/**
 * The global condition keys that have a value in some call here, and are the same in every call of a caller.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const STATIC = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalisawsservice',
  'aws:principalservicename',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:userid',
  'aws:viaawsservice',
  'lambda:sourcefunctionarn',
  's3:tlsversion',
]);

/** The keys whose value depends on the call. The mappings of the services, in `access/`, supply those of a service. */
const OF_A_CALL = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'events:detail-type',
  'events:source',
  's3:delimiter',
  's3:max-keys',
  's3:prefix',
  'secretsmanager:secretid',
  'secretsmanager:versionid',
  'secretsmanager:versionstage',
  'ses:apiversion',
  'ses:feedbackaddress',
  'ses:fromaddress',
  'ses:fromdisplayname',
  'ses:recipients',
]);

export const KEY_RULES: KeyRules = {
  isKnown: (key) => STATIC.has(key) || OF_A_CALL.has(key),
  isStatic: (key) => STATIC.has(key),
};

/** The context of a call. The endpoint has no TLS, but on AWS the same clients use it, so that calls count as encrypted. */
export function contextOf(principal: Principal, now: number, ofTheCall: Context): Context {
  const isService = principal.kind === 'service';
  return {
    'aws:currenttime': new Date(now).toISOString(),
    'aws:epochtime': String(Math.floor(now / 1000)),
    'aws:principalisawsservice': String(isService),
    'aws:requestedregion': LOCAL_REGION,
    'aws:resourceaccount': LOCAL_ACCOUNT,
    'aws:securetransport': 'true',
    's3:tlsversion': '1.3',
    'aws:viaawsservice': 'false',
    ...(isService
      ? {
          'aws:principalservicename': principal.service ?? '',
          'aws:sourceaccount': LOCAL_ACCOUNT,
          ...(principal.sourceArn !== undefined && { 'aws:sourcearn': principal.sourceArn }),
        }
      : {
          'aws:principalaccount': LOCAL_ACCOUNT,
          'aws:principalarn': principal.roleArn ?? '',
          'aws:principaltype': 'AssumedRole',
          'aws:userid': `${principal.accessKeyId}:${principal.sessionName}`,
        }),
    ...(principal.functionArn !== undefined && { 'lambda:sourcefunctionarn': principal.functionArn }),
    ...ofTheCall,
  };
}
