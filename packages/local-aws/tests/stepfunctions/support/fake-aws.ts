import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  operation: string;
  params: Record<string, unknown>;
  authorization: string;
}

/** A response: a JSON body, or the name of an error. */
export type Answer =
  | { body?: unknown; headers?: Record<string, string> }
  | { error: string; message?: string; status?: number };
/** Receives the body of the call: an object, or the payload of a function. */
// biome-ignore lint/suspicious/noExplicitAny: each handler knows the type of its input
export type Handler = (params: any, call: Call) => Answer | Promise<Answer>;

/** The operations of AWS that the engine's tasks, readers and writers call. Operations without a handler answer `{}`. */
export class FakeAws {
  readonly objects = new Map<string, string>();
  readonly calls: Call[] = [];
  readonly events: Record<string, unknown>[] = [];
  /** The number of next S3 calls that fail. */
  failingS3 = 0;
  readonly #handlers = new Map<string, Handler>();
  #server: Server | undefined;

  async start(): Promise<this> {
    this.#server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      // An engine that is closed during a call does not wait for the response.
      this.#handle(request, response).catch((error: unknown) => {
        response.destroy();
        if (!request.destroyed) throw error;
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get endpoint(): string {
    const address = this.#server?.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  /** `dynamodb.UpdateItem`, `sqs.SendMessage`, `lambda.<function>`. */
  on(operation: string, handler: Handler): void {
    this.#handlers.set(operation, handler);
  }

  callsOf(operation: string): Call[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise<void>((resolve) => this.#server?.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const authorization = String(request.headers.authorization);
    const service = /\/([a-z0-9]+)\/aws4_request/.exec(authorization)?.[1] ?? '';
    if (service === 's3') {
      this.#s3(request, response, body);
      return;
    }
    const target = String(request.headers['x-amz-target'] ?? '').split('.')[1];
    const fn = /functions\/(.+)\/invocations/.exec(request.url ?? '')?.[1];
    const operation = `${service}.${fn === undefined ? target : decodeURIComponent(fn).split(':').pop()}`;
    const params = JSON.parse(body || '{}') as Record<string, unknown>;
    if (operation === 'events.PutEvents') {
      for (const entry of params.Entries as { Detail: string }[]) this.events.push(JSON.parse(entry.Detail));
    }
    const call = { operation, params, authorization };
    if (service !== 'events') this.calls.push(call);
    const answer = (await this.#handlers.get(operation)?.(params, call)) ?? {};
    if (response.destroyed) return;
    if ('error' in answer) {
      response.writeHead(answer.status ?? 400, { 'x-amzn-requestid': 'request-1' });
      response.end(JSON.stringify({ __type: `com.amazonaws#${answer.error}`, message: answer.message ?? 'refused' }));
      return;
    }
    response.writeHead(200, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-requestid': 'request-1',
      ...answer.headers,
    });
    response.end(JSON.stringify(answer.body ?? {}));
  }

  #s3(request: IncomingMessage, response: ServerResponse, body: string): void {
    const key = decodeURIComponent((request.url ?? '').slice(1).split('?')[0] ?? '');
    if (this.failingS3 > 0) {
      this.failingS3--;
      response.writeHead(503);
      response.end('<Error><Code>SlowDown</Code><Message>Slow down.</Message></Error>');
      return;
    }
    if (request.method === 'PUT') {
      this.objects.set(key, body);
      response.end();
      return;
    }
    const object = this.objects.get(key);
    if (object === undefined) {
      response.writeHead(404);
      response.end('<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>');
      return;
    }
    response.end(object);
  }
}
