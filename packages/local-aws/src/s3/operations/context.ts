import type { S3Call } from '../protocol/call.ts';
import type { ObjectRecord, ObjectStore } from '../state/object-store.ts';

/** What the operations of S3 work with. */
export interface S3Context {
  readonly store: ObjectStore;
  /** Names of all headers of the request, and of its query where it is presigned. */
  readonly headerNames: readonly string[];
  /** Milliseconds since the epoch. */
  now(): number;
  /** Tells EventBridge of a new object, where the bucket does. */
  created(call: S3Call, object: ObjectRecord, reason: string): void;
  deleted(call: S3Call, key: string): void;
}
