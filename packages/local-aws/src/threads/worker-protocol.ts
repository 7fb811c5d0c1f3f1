/** One call to a service in its own thread. The body is text, because passing buffers between threads costs more. */
export interface WorkerCall {
  readonly id: number;
  readonly operation: string;
  /** The request as JSON text. */
  readonly body: string;
}

export interface WorkerAnswer {
  readonly id: number;
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** DynamoDB's consumed capacity. */
  readonly units?: { readonly read: number; readonly write: number };
}

/** The first message of a thread: it is ready, or it could not start. */
export type WorkerStart = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/** Asks a thread to close the service and to end. */
export const CLOSE = 'close';
