import { AwsError } from '../gateway/errors.ts';
import type { AwsRequest, AwsResponse, ServiceHandler } from '../gateway/types.ts';
import type { Maxima } from '../limits/limits.ts';
import type { BucketDefinition } from './definitions.ts';
import { OPERATIONS } from './operations/operations.ts';
import { splitAddress } from './protocol/address.ts';
import { readCall } from './protocol/call.ts';
import { crossOrigin, preflight } from './protocol/cors.ts';
import { noSuchBucket } from './protocol/responses.ts';
import type { ObjectStore } from './state/object-store.ts';

export interface S3Options {
  readonly store: ObjectStore;
  readonly buckets: readonly BucketDefinition[];
  readonly max: Maxima;
  now(): number;
  /** Publishes an event of a bucket that notifies EventBridge. */
  publish?(detailType: string, bucket: BucketDefinition, detail: Record<string, string | number | object>): void;
}

/**
 * S3, with path-style, virtual-host and presigned addresses. `protocol/` reads requests and writes responses, `operations/` has a
 * function for each operation, `state/` keeps records in SQLite and bytes in files; `definitions.ts` holds the buckets that the
 * template asks for.
 */
export function s3(options: S3Options): ServiceHandler {
  const { store, buckets, max, now } = options;
  const defined = new Map(buckets.map((bucket) => [bucket.name, bucket]));
  for (const { name } of buckets) store.createBucket(name, now());
  const notify = (bucket: string, detailType: string, detail: Record<string, string | number | object>) => {
    const definition = defined.get(bucket);
    if (definition?.notifiesEventBridge) options.publish?.(detailType, definition, detail);
  };

  return async (request) => {
    const { bucket } = splitAddress(request.path, request.headers.host);
    const cors = crossOrigin(request, defined.get(bucket)?.cors ?? []);
    if (request.method === 'OPTIONS') return preflight(cors);
    try {
      const response = await answer(request);
      return cors ? { ...response, headers: { ...response.headers, ...cors } } : response;
    } catch (error) {
      // A page may read why its request was refused.
      throw error instanceof AwsError && cors
        ? new AwsError(error.code, error.message, error.status, { ...error.headers, ...cors })
        : error;
    }
  };

  async function answer(request: AwsRequest): Promise<AwsResponse> {
    const call = readCall(request, now());
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
    return operation(
      {
        store,
        max,
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
  }
}

/** Orders the events of a key. */
let sequence = 0;
const sequencer = (now: number) =>
  `${now.toString(16)}${(sequence++ & 0xffff).toString(16).padStart(4, '0')}`.toUpperCase();
