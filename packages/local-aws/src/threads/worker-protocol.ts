import type { StoreFailureKind } from '../storage/failure.ts';

/** One call to a service in its own thread. The body is text, because passing buffers between threads costs more. */
export interface WorkerCall {
  readonly id: number;
  readonly operation: string;
  /** The request as JSON text. */
  readonly body: string;
  /** `x-amzn-trace-id` of the request, which SQS keeps with a message. */
  readonly traceHeader?: string;
}

export interface WorkerAnswer {
  readonly id: number;
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** DynamoDB's consumed capacity. */
  readonly units?: { readonly read: number; readonly write: number };
  /** Why the call failed, if a file of the service is damaged or the disk is full. */
  readonly failure?: FailureMessage;
}

/** An error as it passes between threads, which would strip a class of all but its message. */
export interface FailureMessage {
  readonly message: string;
  /** That of a StoreFailure. */
  readonly kind?: StoreFailureKind;
}

/** The first message of a thread: it is ready, or it could not start. */
export type WorkerStart = { readonly ready: true } | { readonly ready: false; readonly reason: FailureMessage };

/** Asks a thread to close the service and to end. */
export const CLOSE = 'close';
