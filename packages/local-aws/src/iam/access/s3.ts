import type { AwsRequest } from '../../gateway/types.ts';
import { splitAddress } from '../../s3/protocol/address.ts';
import { bucketArn, objectArn } from '../../s3/protocol/arns.ts';
import type { Access } from '../evaluate.ts';
import type { Context } from '../patterns.ts';
import type { AccessOf } from './request.ts';

const ON_BUCKET: Readonly<Record<string, string>> = {
  CreateBucket: 'CreateBucket',
  DeleteBucket: 'DeleteBucket',
  GetBucketLocation: 'GetBucketLocation',
  GetBucketVersioning: 'GetBucketVersioning',
  HeadBucket: 'ListBucket',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
};
const ON_OBJECT: Readonly<Record<string, string>> = {
  AbortMultipartUpload: 'AbortMultipartUpload',
  CompleteMultipartUpload: 'PutObject',
  CopyObject: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  DeleteObject: 'DeleteObject',
  DeleteObjectTagging: 'DeleteObjectTagging',
  GetObject: 'GetObject',
  GetObjectTagging: 'GetObjectTagging',
  HeadObject: 'GetObject',
  ListParts: 'ListMultipartUploadParts',
  PutObject: 'PutObject',
  PutObjectTagging: 'PutObjectTagging',
  UploadPart: 'PutObject',
  UploadPartCopy: 'PutObject',
};
const COPIES = new Set(['CopyObject', 'UploadPartCopy']);

/** S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
export const s3Access: AccessOf = (request) => {
  const { operation, headers, query } = request;
  const { bucket, key } = splitAddress(request.path, headers.host);
  const action = (name: string) => `s3:${name}`;
  if (operation === 'ListBuckets') return [{ action: action('ListAllMyBuckets'), resource: '*' }];
  // Each key is an access of its own, which the operation checks: one that is denied fails alone. A preflight is nobody's access.
  if (operation === 'DeleteObjects' || operation === 'Preflight') return [];
  const onBucket = ON_BUCKET[operation];
  if (onBucket !== undefined) {
    return [{ action: action(onBucket), resource: bucketArn(bucket), context: listContext(query) }];
  }
  const onObject = ON_OBJECT[operation];
  if (onObject === undefined) return undefined;
  const accesses: Access[] = [{ action: action(onObject), resource: objectArn(bucket, key) }];
  if (headers['x-amz-tagging'] !== undefined) {
    accesses.push({ action: action('PutObjectTagging'), resource: objectArn(bucket, key) });
  }
  if (COPIES.has(operation)) accesses.push(sourceAccess(request));
  return accesses;
};

function sourceAccess({ headers }: AwsRequest): Access {
  const named = String(headers['x-amz-copy-source']).split('?', 1)[0] ?? '';
  const { bucket, key } = splitAddress(named.startsWith('/') ? named : `/${named}`, undefined);
  return { action: 's3:GetObject', resource: objectArn(bucket, key) };
}

function listContext(query: URLSearchParams): Context {
  const given = ['prefix', 'delimiter', 'max-keys'].flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[`s3:${name}`, value]];
  });
  return Object.fromEntries(given) as Context;
}
