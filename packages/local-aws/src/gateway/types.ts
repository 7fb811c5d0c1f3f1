import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Access } from '../iam/evaluate.ts';
import type { AwsError } from './errors.ts';

/** The caller: a role of the template, a service of AWS, or an administrator (any key that belongs to no role). */
export interface Principal {
  readonly kind: 'role' | 'service' | 'administrator';
  readonly accessKeyId: string;
  readonly roleArn?: string;
  /** The name of the role's session: that of the function, for instance. */
  readonly sessionName?: string;
  /** The function that has the role. */
  readonly functionArn?: string;
  /** `events.amazonaws.com` */
  readonly service?: string;
  /** The resource for which the service calls: a rule, a route. */
  readonly sourceArn?: string;
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
  /** For S3, whose operations check some accesses on their own: the error of an access that is denied. */
  readonly denial?: (access: Access) => AwsError | undefined;
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
