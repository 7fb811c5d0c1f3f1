/** A Lambda function as the local runtime needs to know it; read from the template by `functions.ts`. */
export interface FunctionSpec {
  logicalId: string;
  name: string;
  arn: string;
  roleArn: string;
  /** Absolute path of the unpacked bundle. */
  codeDir: string;
  /** `nodejs24.x` */
  runtime: string;
  /** `index.handler`: file and export. */
  handler: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment: Readonly<Record<string, string>>;
  logGroup: string;
  /** Concurrent instances at most on this machine; further synchronous calls wait for one. */
  maxInstances: number;
  /** Beyond it a call is throttled, as on AWS. */
  reservedConcurrency?: number;
  /** What happens to an asynchronous call that fails. */
  asyncRetries: number;
  asyncMaxAgeSeconds: number;
}

/** What a finished invocation cost: for metering. */
export interface InvocationReport {
  functionName: string;
  requestId: string;
  durationMs: number;
  memoryMb: number;
  coldStart: boolean;
  failed: boolean;
}
