import type { AwsResponse } from '../../gateway/types.ts';
import type { Maxima } from '../../limits/limits.ts';
import type { S3Call } from '../protocol/call.ts';
import type { ObjectRecord, ObjectStore } from '../state/object-store.ts';
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './buckets.ts';
import { listObjects, listObjectsV2 } from './list.ts';
import * as multipart from './multipart.ts';
import { copyObject, deleteObject, deleteObjects, getObject, objectTagging, putObject } from './objects.ts';

/** What an operation needs besides its call. */
export interface S3Context {
  readonly store: ObjectStore;
  readonly max: Maxima;
  /** The names of the request's headers, and those in the query of a presigned request. */
  readonly headerNames: readonly string[];
  /** Milliseconds since the epoch. */
  now(): number;
  /** Publishes an event, if the bucket notifies EventBridge. */
  created(call: S3Call, object: ObjectRecord, reason: string): void;
  deleted(call: S3Call, key: string): void;
}

type Operation = (context: S3Context, call: S3Call) => AwsResponse | Promise<AwsResponse>;

/** The operations of S3 by their names in the API. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['ListBuckets', listBuckets],
  ['CreateBucket', createBucket],
  ['HeadBucket', headBucket],
  ['DeleteBucket', deleteBucket],
  ['GetBucketLocation', getBucketLocation],
  ['GetBucketVersioning', getBucketVersioning],
  ['ListObjectsV2', listObjectsV2],
  ['ListObjects', listObjects],
  ['PutObject', putObject],
  ['GetObject', getObject],
  ['HeadObject', getObject],
  ['DeleteObject', deleteObject],
  ['DeleteObjects', deleteObjects],
  ['CopyObject', copyObject],
  ['GetObjectTagging', objectTagging],
  ['PutObjectTagging', objectTagging],
  ['DeleteObjectTagging', objectTagging],
  ['CreateMultipartUpload', multipart.createMultipartUpload],
  ['UploadPart', multipart.uploadPart],
  ['UploadPartCopy', multipart.uploadPartCopy],
  ['CompleteMultipartUpload', multipart.completeMultipartUpload],
  ['AbortMultipartUpload', multipart.abortMultipartUpload],
  ['ListParts', multipart.listParts],
  ['ListMultipartUploads', multipart.listMultipartUploads],
]);
