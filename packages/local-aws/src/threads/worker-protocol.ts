/** One call handed to a service that runs in a thread of its own. Text crosses threads at little cost, buffers do not. */
export interface WorkerCall {
  readonly id: number;
  readonly operation: string;
  /** The request's JSON, unread. */
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

/** The first message of a thread: it is ready, or could not start. */
export type WorkerStart = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/** Asks a thread to finish what it has and to end. */
export const CLOSE = 'close';
