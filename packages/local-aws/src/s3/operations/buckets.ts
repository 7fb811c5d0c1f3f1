import { AwsError } from '../../gateway/errors.ts';
import type { AwsResponse } from '../../gateway/types.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import type { S3Call } from '../protocol/call.ts';
import { xmlDocument } from '../protocol/xml.ts';
import type { S3Context } from './context.ts';
import { ok } from './objects.ts';

const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function listBuckets({ store }: S3Context, call: S3Call): AwsResponse {
  const Bucket = store
    .buckets()
    .map(({ name, created }) => ({ Name: name, CreationDate: new Date(created).toISOString() }));
  const Owner = { ID: LOCAL_ACCOUNT, DisplayName: 'local' };
  return ok(call, {}, xmlDocument('ListAllMyBucketsResult', { Owner, Buckets: { Bucket } }));
}

export async function createBucket({ store, now }: S3Context, call: S3Call): Promise<AwsResponse> {
  if (!NAME.test(call.bucket)) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400);
  store.createBucket(call.bucket, now());
  await store.settled();
  return ok(call, { location: `/${call.bucket}` });
}

export async function deleteBucket({ store }: S3Context, call: S3Call): Promise<AwsResponse> {
  if (!store.isEmpty(call.bucket)) {
    throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
  }
  store.deleteBucket(call.bucket);
  await store.settled();
  return { status: 204, headers: { 'x-amz-request-id': call.requestId } };
}

export const headBucket = (_context: S3Context, call: S3Call): AwsResponse =>
  ok(call, { 'x-amz-bucket-region': LOCAL_REGION });

/** us-east-1 is told as nothing at all. */
export const getBucketLocation = (_context: S3Context, call: S3Call): AwsResponse =>
  ok(call, {}, xmlDocument('LocationConstraint', {}));

/** No bucket here keeps versions. */
export const getBucketVersioning = (_context: S3Context, call: S3Call): AwsResponse =>
  ok(call, {}, xmlDocument('VersioningConfiguration', {}));
