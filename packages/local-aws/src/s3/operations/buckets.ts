import { AwsError } from '../../gateway/errors.ts';
import type { AwsResponse } from '../../gateway/types.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../identity.ts';
import type { S3Call } from '../protocol/call.ts';
import { noContent, ok } from '../protocol/responses.ts';
import { xmlDocument } from '../protocol/xml.ts';
import type { S3Context } from './operations.ts';

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
  return noContent(call);
}

export const headBucket = (_context: S3Context, call: S3Call): AwsResponse =>
  ok(call, { 'x-amz-bucket-region': LOCAL_REGION });

/** S3 returns an empty LocationConstraint for us-east-1. */
export const getBucketLocation = (_context: S3Context, call: S3Call): AwsResponse =>
  ok(call, {}, xmlDocument('LocationConstraint', {}));

/** Versioning is not supported, so the configuration is empty. */
export const getBucketVersioning = (_context: S3Context, call: S3Call): AwsResponse =>
  ok(call, {}, xmlDocument('VersioningConfiguration', {}));
