import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Engine, type EngineOptions } from '../engine.ts';
import { ApiError } from '../errors.ts';
import { readAll } from '../tasks/http.ts';
import { answerCall, refusal } from './dispatch.ts';

export interface StepFunctionsOptions extends EngineOptions {
  /** 0 takes any free port. */
  port: number;
  host?: string;
}

export interface RunningStepFunctions {
  port: number;
  engine: Engine;
  close(): Promise<void>;
}

const TARGET = 'AWSStepFunctions.';
/** The maximum size of a request in bytes: that of the largest definition with escapes. */
const BODY_LIMIT = 8 * 1024 * 1024;

async function handle(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const tooLarge = Number(request.headers['content-length'] ?? 0) > BODY_LIMIT;
  if (tooLarge) request.resume();
  const target = String(request.headers['x-amz-target'] ?? '');
  const { status, body } = tooLarge
    ? refusal(new ApiError('RequestEntityTooLargeException', 'The request is too large'))
    : await answerCall(engine, target.startsWith(TARGET) ? target.slice(TARGET.length) : '', await textOf(request));
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}

const textOf = async (request: IncomingMessage): Promise<string> => (await readAll(request)).toString();

/** Starts the engine with an HTTP server of its own (AWS JSON 1.0). */
export async function startStepFunctions(options: StepFunctionsOptions): Promise<RunningStepFunctions> {
  const engine = new Engine(options);
  const server = createServer((request, response) => {
    // A client that disconnected needs no response.
    handle(engine, request, response).catch(() => response.destroy());
  });
  // Clients reuse connections. If one is closed while a request is sent, the client sees a failure.
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
