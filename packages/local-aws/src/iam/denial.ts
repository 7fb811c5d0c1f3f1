import { AwsError } from '../gateway/errors.ts';
import type { Principal } from '../gateway/types.ts';
import { callerArn } from './caller.ts';
import type { Access, Decision } from './evaluate.ts';

type Denied = Extract<Decision, { isAllowed: false }>;

/**
 * The message of a denied call.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denialMessage(principal: Principal, { action, resource }: Access, { isExplicit, by }: Denied): string {
  const why = isExplicit ? `with an explicit deny in ${article(by)}` : `because no ${by} allows the ${action} action`;
  return `User: ${callerArn(principal)} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

const article = (by: string) => `${by.startsWith('i') ? 'an' : 'a'} ${by}`;

/** The error of a denied call, as each service words it. */
export function denialOf(service: string, principal: Principal, access: Access, denied: Denied): AwsError {
  const { action, resource } = access;
  switch (service) {
    case 's3':
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
      return new AwsError(
        'AccessDenied',
        denialMessage(principal, { ...access, resource: `"${resource}"` }, denied),
        403,
      );
    case 'sqs': {
      // The action in lower case: https://github.com/aws/serverless-application-model/issues/3633
      const lower = { ...access, action: action.toLowerCase() };
      return new AwsError('AccessDenied', denialMessage(principal, lower, denied), 403, {
        'x-amzn-query-error': 'AccessDenied;Sender',
      });
    }
    case 'ses': {
      // Sending has a wording of its own: https://github.com/usdigitalresponse/usdr-gost/pull/3080
      const isSending = action.startsWith('ses:Send');
      const message = isSending
        ? `User \`${callerArn(principal)}' is not authorized to perform \`${action}' on resource \`${resource}'`
        : denialMessage(principal, access, denied);
      return new AwsError('AccessDeniedException', message, 403);
    }
    case 'lambda':
      // https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
      return new AwsError('AccessDeniedException', denialMessage(principal, access, denied), 403);
    case 'dynamodb':
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
      return new AwsError(
        'com.amazon.coral.service#AccessDeniedException',
        denialMessage(principal, access, denied),
        400,
      );
    default:
      // Step Functions, Secrets Manager, EventBridge: https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html
      return new AwsError('AccessDeniedException', denialMessage(principal, access, denied), 400);
  }
}
