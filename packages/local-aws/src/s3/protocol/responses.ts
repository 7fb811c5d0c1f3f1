import { AwsError } from '../../gateway/errors.ts';
import type { AwsResponse } from '../../gateway/types.ts';
import type { S3Call } from './call.ts';

export function ok(call: S3Call, headers: Record<string, string | number>, xml?: string): AwsResponse {
  const base = { 'x-amz-request-id': call.requestId, ...headers };
  return xml === undefined
    ? { status: 200, headers: base }
    : { status: 200, headers: { 'content-type': 'application/xml', ...base }, body: xml };
}

export const noContent = (call: S3Call): AwsResponse => ({
  status: 204,
  headers: { 'x-amz-request-id': call.requestId },
});

export const noSuchBucket = () => new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
export const noSuchKey = () => new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
export const noSuchUpload = () =>
  new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
  );
export const preconditionFailed = () =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
export const invalidArgument = (message: string) => new AwsError('InvalidArgument', message, 400);
export const malformedXml = () =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  );
export const badDigest = (what: string) =>
  new AwsError('BadDigest', `The ${what} you specified did not match what we received.`, 400);
