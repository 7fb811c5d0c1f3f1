/** The messages between the main thread and the worker thread of an instance. */

/** What the thread starts with. */
export interface InstanceData {
  /** Absolute path of the unpacked code. */
  codeDir: string;
  /** File and export, `index.handler`. */
  handler: string;
  /** `nodejs24.x` */
  runtime: string;
  functionName: string;
  functionArn: string;
  memoryMb: number;
  logGroup: string;
  logStream: string;
  /** The most connections that each HTTP client of the code opens to one address. */
  maxConnections?: number;
  /** Folder for V8's compiled code, which makes later starts much faster. */
  compileCacheDir?: string;
}

export interface InvokeMessage {
  type: 'invoke';
  requestId: string;
  /** The event as JSON text. */
  payload: string;
  /** Milliseconds since the epoch. */
  deadline: number;
  traceId: string;
  clientContext?: string;
}

export type InstanceMessage =
  | { type: 'ready' }
  /** The code could not be loaded, and the thread ends. */
  | { type: 'init-failed'; error: FunctionErrorPayload }
  | { type: 'result'; requestId: string; payload: string }
  | { type: 'failure'; requestId: string; error: FunctionErrorPayload; fatal: boolean }
  | { type: 'log'; text: string };

/** The body of the response if the function failed. */
export interface FunctionErrorPayload {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}
