import { Readable } from 'node:stream';
import type { AwsError } from '../../gateway/errors.ts';
import type { AwsRequest } from '../../gateway/types.ts';
import { splitAddress } from './address.ts';
import { bucketArn, objectArn } from './arns.ts';
import { checkPresigned } from './presigned.ts';

/** One call of S3, in the same form for all kinds of addresses and signatures. */
export interface S3Call {
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
  readonly accessKeyId: string;
  readonly stream: Readable;
  /** A header by its name in lower case. A presigned address may have headers in its query. */
  header(name: string): string | undefined;
  /** The error if the caller may not delete this key. */
  deletionDenied(key: string): AwsError | undefined;
  /** The error if the caller may not list the bucket: then it may not learn that a key does not exist. */
  listingDenied(bucket: string): AwsError | undefined;
}

/** Reads a request. Throws if it uses a presigned address that has expired or was signed for another request. */
export function readCall(request: AwsRequest, now: number): S3Call {
  const { bucket, key } = splitAddress(request.path, request.headers.host);
  const presigned = request.query.has('X-Amz-Signature');
  const inQuery = new Map<string, string>();
  if (presigned) {
    for (const [name, value] of request.query) inQuery.set(name.toLowerCase(), value);
    // A browser's preflight has the address of the request that it asks for, and is not signed.
    if (request.method !== 'OPTIONS') checkPresigned(request, inQuery, now);
  }
  return {
    operation: request.operation,
    bucket,
    key,
    query: request.query,
    requestId: request.requestId,
    accessKeyId: request.principal.accessKeyId,
    stream: request.stream ?? Readable.from([request.body]),
    header(name) {
      const value = request.headers[name];
      return (Array.isArray(value) ? value[0] : value) ?? inQuery.get(name);
    },
    deletionDenied: (name) => request.denial?.({ action: 's3:DeleteObject', resource: objectArn(bucket, name) }),
    listingDenied: (name) => request.denial?.({ action: 's3:ListBucket', resource: bucketArn(name) }),
  };
}
