/** What the runtime and the worker thread of an instance say to each other. */

/** Handed to the thread when it starts. */
export interface InstanceData {
  /** Absolute path of the unpacked code. */
  codeDir: string;
  /** `index.handler`: file and export. */
  handler: string;
  /** `nodejs24.x` */
  runtime: string;
  functionName: string;
  functionArn: string;
  memoryMb: number;
  logGroup: string;
  logStream: string;
  /** Where V8 keeps compiled bundles: a second start of a function takes a fraction of the first. */
  compileCacheDir?: string;
}

export interface InvokeMessage {
  type: 'invoke';
  requestId: string;
  /** The event as JSON. */
  payload: string;
  /** Milliseconds since the epoch. */
  deadline: number;
  traceId: string;
  clientContext?: string;
}

export type InstanceMessage =
  | { type: 'ready' }
  /** The module could not be loaded; the thread ends. */
  | { type: 'init-failed'; error: FunctionErrorPayload }
  | { type: 'result'; requestId: string; payload: string }
  | { type: 'failure'; requestId: string; error: FunctionErrorPayload; fatal: boolean }
  | { type: 'log'; text: string };

/** The body that Lambda answers when the function failed. */
export interface FunctionErrorPayload {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}
