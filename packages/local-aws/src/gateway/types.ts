import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** The caller: a role of the template, or an administrator (any key that belongs to no role). */
export interface Principal {
  readonly kind: 'role' | 'administrator';
  readonly accessKeyId: string;
  readonly roleArn?: string;
  /** The function or state machine that has the role, if known. */
  readonly logicalId?: string;
}

/** One call of an AWS API, as received. */
export interface AwsRequest {
  /** SigV4 service name: dynamodb, sqs, s3, ses, secretsmanager, events, states, lambda, sts. */
  readonly service: string;
  /** The API's operation, `PutItem`. */
  readonly operation: string;
  readonly requestId: string;
  readonly region: string;
  readonly method: string;
  /** Path as sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The whole body; empty if the service reads `stream`. */
  readonly body: Buffer;
  /** The unread body. Only S3 gets one. */
  readonly stream?: Readable;
  readonly principal: Principal;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: string | Buffer | Readable;
  /** DynamoDB's consumed capacity, for the meter. */
  readonly units?: { readonly read: number; readonly write: number };
}

/** Handles the calls of one service. It may throw an `AwsError`; any other error becomes InternalFailure. */
export type ServiceHandler = (request: AwsRequest) => Promise<AwsResponse>;

/** One link of the gateway's chain. */
export type Step = (request: AwsRequest, next: ServiceHandler) => Promise<AwsResponse>;
