import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OPERATIONS } from './api/index.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { ApiError } from './errors.ts';
import { isObject, parseJson } from './json.ts';
import { readAll } from './tasks/http.ts';

export interface StepFunctionsOptions extends EngineOptions {
  /** 0 is any free one. */
  port: number;
  host?: string;
}

export interface RunningStepFunctions {
  port: number;
  engine: Engine;
  close(): Promise<void>;
}

const TARGET = 'AWSStepFunctions.';
/** Bytes of a request: the largest definition, escaped. */
const BODY_LIMIT = 8 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) {
    request.resume();
    throw new ApiError('RequestEntityTooLargeException', 'The request is too large');
  }
  return (await readAll(request)).toString();
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(text);
}

async function handle(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const target = String(request.headers['x-amz-target'] ?? '');
    const operation = target.startsWith(TARGET) ? OPERATIONS.get(target.slice(TARGET.length)) : undefined;
    const text = await readBody(request);
    if (operation === undefined)
      throw new ApiError('UnknownOperationException', `The operation '${target}' is not known`);
    const params = text === '' ? {} : parseJson(text);
    if (!isObject(params)) throw new ApiError('SerializationException', 'The request is no JSON object');
    answer(response, 200, await operation(engine, params));
  } catch (error) {
    if (error instanceof ApiError) {
      answer(response, 400, { __type: `com.amazonaws.sfn#${error.code}`, message: error.message });
      return;
    }
    answer(response, 500, { __type: 'com.amazonaws.sfn#InternalServerError', message: String(error) });
  }
}

/** Starts the engine behind its HTTP server (AWS JSON 1.0), and takes up what the last process left. */
export async function startStepFunctions(options: StepFunctionsOptions): Promise<RunningStepFunctions> {
  const engine = new Engine(options);
  const server = createServer((request, response) => void handle(engine, request, response));
  // Clients keep their connections; one that is closed under a request would look like a failure of the service.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    engine,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      engine.close();
    },
  };
}
