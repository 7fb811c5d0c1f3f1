import { AwsError } from '../gateway/errors.ts';
import type { Principal, ServiceHandler } from '../gateway/types.ts';
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
      `<Arn>${arnOf(request.principal)}</Arn><UserId>${request.principal.accessKeyId || 'administrator'}</UserId>` +
      `<Account>${LOCAL_ACCOUNT}</Account></GetCallerIdentityResult>` +
      `<ResponseMetadata><RequestId>${request.requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  };
};

function arnOf({ roleArn, logicalId }: Principal): string {
  if (roleArn === undefined) return `arn:aws:iam::${LOCAL_ACCOUNT}:user/administrator`;
  return `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${logicalId ?? 'local'}`;
}
