import { AwsError } from '../gateway/errors.ts';
import type { ServiceHandler } from '../gateway/types.ts';
import { callerArn } from '../iam/caller.ts';
import { LOCAL_ACCOUNT } from '../identity.ts';

/** The operations of STS by their names in the API. */
export const OPERATIONS = ['GetCallerIdentity'];

/** STS. The only file of this service, which keeps no state. */
export const sts: ServiceHandler = async (request) => {
  if (!OPERATIONS.includes(request.operation)) {
    throw new AwsError('InvalidAction', `${request.operation} is not part of this local STS`);
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': request.requestId },
    body:
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      `<Arn>${callerArn(request.principal)}</Arn><UserId>${request.principal.accessKeyId || 'administrator'}</UserId>` +
      `<Account>${LOCAL_ACCOUNT}</Account></GetCallerIdentityResult>` +
      `<ResponseMetadata><RequestId>${request.requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  };
};
