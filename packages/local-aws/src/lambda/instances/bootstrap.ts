/**
 * The Node.js runtime of an instance, in a worker thread: loads the code, handles one event at a time, and reports results, errors
 * and log lines to the main thread.
 */
import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { enableCompileCache } from 'node:module';
import { format } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { keepThreadTimeSteady } from '../../steady-time.ts';
import { loadHandler } from './load-handler.ts';
import type { FunctionErrorPayload, InstanceData, InstanceMessage, InvokeMessage } from './messages.ts';

type Handler = (event: unknown, context: unknown) => unknown;
type CallbackHandler = (
  event: unknown,
  context: unknown,
  callback: (error: unknown, result?: unknown) => void,
) => unknown;

/** The runtimes before nodejs24.x. */
const TAKES_CALLBACKS = /^nodejs(1\d|2[0-2])\.x$/;

const instance = workerData as InstanceData;
let running: InvokeMessage | undefined;

function post(message: InstanceMessage): void {
  parentPort?.postMessage(message);
}

const failure = (error: unknown): FunctionErrorPayload =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

/** The text log format of Lambda: time, request, level, text. */
function logLine(level: string, args: unknown[]): void {
  const requestId = running?.requestId ?? '-';
  post({ type: 'log', text: `${new Date().toISOString()}\t${requestId}\t${level}\t${format(...args)}\n` });
}

function captureOutput(): void {
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    post({ type: 'log', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() });
    const done = rest.find((value) => typeof value === 'function');
    if (typeof done === 'function') done();
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
  const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', trace: 'TRACE', warn: 'WARN', error: 'ERROR' } as const;
  for (const [method, level] of Object.entries(levels)) {
    Object.assign(console, { [method]: (...args: unknown[]) => logLine(level, args) });
  }
}

/** Handles an uncaught error as Lambda does: the invocation fails and the instance ends. */
function die(errorType: string, error: unknown): void {
  const payload = { ...failure(error), errorType };
  logLine('ERROR', [errorType, JSON.stringify(payload)]);
  if (running) post({ type: 'failure', requestId: running.requestId, error: payload, fatal: true });
  process.exit(1);
}

async function findHandler(): Promise<Handler> {
  const { codeDir, handler: name, runtime } = instance;
  const handler = await loadHandler(codeDir, name);
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${name} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  if (handler.length <= 2) return handler as Handler;
  if (!TAKES_CALLBACKS.test(runtime)) {
    throw Object.assign(new Error(`Callback-based handlers are not supported by ${runtime}: return a promise`), {
      name: 'Runtime.CallbackHandlerDeprecated',
    });
  }
  return (event, context) => callWithCallback(handler as CallbackHandler, event, context);
}

/** A handler that takes a callback may answer by a promise all the same. */
function callWithCallback(handler: CallbackHandler, event: unknown, context: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const returned = handler(event, context, (error, result) => (error ? reject(error) : resolve(result)));
    if (returned instanceof Promise) returned.then(resolve, reject);
  });
}

const contextOf = (call: InvokeMessage) => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: instance.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: instance.functionArn,
  memoryLimitInMB: String(instance.memoryMb),
  awsRequestId: call.requestId,
  logGroupName: instance.logGroup,
  logStreamName: instance.logStream,
  identity: undefined,
  clientContext: call.clientContext ? JSON.parse(call.clientContext) : undefined,
  getRemainingTimeInMillis: () => call.deadline - Date.now(),
});

/**
 * Lets all HTTP clients of the code share a few connections. The AWS SDK allows 50 for each of its clients, and no environment variable
 * changes that.
 */
function shareConnections(max: number): void {
  const agent = Agent.prototype as Agent & { addRequest(...args: unknown[]): void };
  const { addRequest } = agent;
  const shared = new Agent({ keepAlive: true, maxSockets: max });
  agent.addRequest = function limited(this: Agent, ...args) {
    addRequest.apply(this instanceof HttpsAgent ? this : shared, args);
  };
}

async function invoke(handler: Handler, call: InvokeMessage): Promise<void> {
  running = call;
  process.env._X_AMZN_TRACE_ID = call.traceId;
  try {
    const result = await handler(JSON.parse(call.payload), contextOf(call));
    post({ type: 'result', requestId: call.requestId, payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    const payload = failure(error);
    logLine('ERROR', ['Invoke Error', JSON.stringify(payload)]);
    post({ type: 'failure', requestId: call.requestId, error: payload, fatal: false });
  }
  running = undefined;
}

if (instance.maxConnections !== undefined) shareConnections(instance.maxConnections);
if (instance.compileCacheDir) enableCompileCache(instance.compileCacheDir);
// NODE_OPTIONS has no effect on a thread, so the option is applied here.
if (process.env.NODE_OPTIONS?.includes('--enable-source-maps')) process.setSourceMapsEnabled(true);
captureOutput();
keepThreadTimeSteady();
process.on('uncaughtException', (error) => die('Runtime.UncaughtException', error));
process.on('unhandledRejection', (reason) => die('Runtime.UnhandledPromiseRejection', reason));
try {
  const handler = await findHandler();
  parentPort?.on('message', (call: InvokeMessage) => void invoke(handler, call));
  post({ type: 'ready' });
} catch (error) {
  const payload = failure(error);
  const named = payload.errorType.startsWith('Runtime.');
  const errorType = named ? payload.errorType : 'Runtime.ImportModuleError';
  logLine('ERROR', [errorType, JSON.stringify(payload)]);
  post({ type: 'init-failed', error: { ...payload, errorType } });
}
