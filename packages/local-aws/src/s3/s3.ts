import { AwsError } from '../gateway/errors.ts';
import type { AwsRequest, AwsResponse, ServiceHandler } from '../gateway/types.ts';
import { isObject, type Json } from '../json.ts';
import type { Template } from '../template/template.ts';
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './operations/buckets.ts';
import type { S3Context } from './operations/context.ts';
import { listObjects, listObjectsV2 } from './operations/list.ts';
import * as multipart from './operations/multipart.ts';
import { copyObject, deleteObject, deleteObjects, getObject, objectTagging, putObject } from './operations/objects.ts';
import { readCall, type S3Call } from './protocol/call.ts';
import { type CorsRule, corsHeaders, corsRulesOf } from './protocol/cors.ts';
import { noSuchBucket } from './protocol/errors.ts';
import type { ObjectStore } from './state/object-store.ts';

/** A bucket as a CloudFormation template describes it. */
export interface BucketDefinition {
  readonly name: string;
  readonly arn: string;
  readonly notifiesEventBridge: boolean;
  readonly cors: readonly CorsRule[];
}

export interface S3Options {
  readonly store: ObjectStore;
  readonly buckets: readonly BucketDefinition[];
  now(): number;
  /** Takes the events of buckets that notify EventBridge. */
  publish?(detailType: string, bucket: BucketDefinition, detail: Record<string, string | number | object>): void;
}

type Operation = (context: S3Context, call: S3Call) => AwsResponse | Promise<AwsResponse>;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
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

/** An S3 whose objects are files; path-style and virtual-host addresses, presigned ones too. */
export function s3(options: S3Options): ServiceHandler {
  const { store, buckets, now } = options;
  const defined = new Map(buckets.map((bucket) => [bucket.name, bucket]));
  for (const { name } of buckets) store.createBucket(name, now());
  const notify = (bucket: string, detailType: string, detail: Record<string, string | number | object>) => {
    const definition = defined.get(bucket);
    if (definition?.notifiesEventBridge) options.publish?.(detailType, definition, detail);
  };

  return async (request) => {
    const call = readCall(request, now());
    const cors = crossOrigin(request, call, defined.get(call.bucket)?.cors ?? []);
    if (request.method === 'OPTIONS') return preflight(cors);
    const operation = OPERATIONS.get(request.operation);
    if (!operation) throw new AwsError('NotImplemented', `${request.operation} is not part of this local S3`, 501);
    const needsBucket = request.operation !== 'ListBuckets' && request.operation !== 'CreateBucket';
    if (needsBucket && !store.hasBucket(call.bucket)) throw noSuchBucket();
    const common = {
      version: '0',
      bucket: { name: call.bucket },
      'request-id': call.requestId,
      requester: call.accessKeyId,
    };
    const response = await operation(
      {
        store,
        now,
        headerNames: [...Object.keys(request.headers), ...request.query.keys()],
        created: ({ bucket }, { key, size, etag }, reason) =>
          notify(bucket, 'Object Created', {
            ...common,
            object: { key, size, etag, sequencer: sequencer(now()) },
            reason,
          }),
        deleted: ({ bucket, operation: reason }, key) =>
          notify(bucket, 'Object Deleted', {
            ...common,
            object: { key, sequencer: sequencer(now()) },
            reason,
            'deletion-type': 'Permanently Deleted',
          }),
      },
      call,
    );
    return cors ? { ...response, headers: { ...response.headers, ...cors } } : response;
  };
}

/** Events of one key are ordered by it. */
let sequence = 0;
const sequencer = (now: number) =>
  `${now.toString(16)}${(sequence++ & 0xffff).toString(16).padStart(4, '0')}`.toUpperCase();

function crossOrigin(
  request: AwsRequest,
  call: S3Call,
  rules: readonly CorsRule[],
): Record<string, string> | undefined {
  const origin = call.header('origin');
  if (origin === undefined) return undefined;
  const asked = call.header('access-control-request-headers')?.split(',') ?? [];
  const method = call.header('access-control-request-method') ?? request.method;
  return corsHeaders(
    rules,
    origin,
    method,
    asked.map((header) => header.trim()).filter((header) => header !== ''),
  );
}

function preflight(cors: Record<string, string> | undefined): AwsResponse {
  if (cors) return { status: 200, headers: cors };
  throw new AwsError('AccessForbidden', 'CORSResponse: This CORS request is not allowed.', 403);
}

/** The buckets of a template. */
export function bucketsOf(template: Template): BucketDefinition[] {
  const byCustomResource = template
    .ofType('Custom::S3BucketNotifications')
    .filter(({ properties }) => notifiesEventBridge(properties.NotificationConfiguration))
    .map(({ properties }) => properties.BucketName);
  return template.ofType('AWS::S3::Bucket').map(({ physicalId, arn = '', properties }) => ({
    name: physicalId,
    arn,
    notifiesEventBridge:
      notifiesEventBridge(properties.NotificationConfiguration) || byCustomResource.includes(physicalId),
    cors: corsRulesOf(properties.CorsConfiguration),
  }));
}

function notifiesEventBridge(configuration: Json | undefined): boolean {
  const events = isObject(configuration) ? configuration.EventBridgeConfiguration : undefined;
  return events !== undefined && !(isObject(events) && events.EventBridgeEnabled === false);
}
