import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Descriptors } from '../descriptors.ts';
import { browserGuard, type Foreign } from '../gateway/guard-browser.ts';
import { type AnswerOptions, RequestAnswers } from './operations/answer-request.ts';
import { dropRest } from './protocol/body.ts';
import { corsHeaders } from './protocol/cors.ts';
import type { ApiRequest } from './protocol/event.ts';
import { injectSettings, type PageSettings } from './protocol/inject.ts';
import { AWS_PREFIX, isLocalPath, LocalProxy } from './protocol/local-proxy.ts';
import { isLoopback } from './protocol/loopback.ts';
import { ANSWERS, gatewayAnswer, type HttpAnswer } from './protocol/response.ts';

export interface HttpApiOptions extends AnswerOptions {
  awsEndpoint: string;
  /** Values for the pages that are served to this machine. `aws`, the path of the AWS endpoint, is added to them. */
  page?: PageSettings;
  /** Host names by which the API may be called, besides IP addresses and those of this machine. */
  allowHosts?: readonly string[];
  /** Requests are answered 503 while fewer are free than their functions need. */
  descriptors: Descriptors;
  /** Ends an idle instance of a function, which frees descriptors. Resolves to false if none is idle. */
  endIdleInstance(): Promise<boolean>;
  /** Called for each request that API Gateway would bill. */
  onRequest?(): void;
}

/** Free file descriptors that the functions of a request, their connections and the refusal of further requests may need. */
const REQUEST_NEEDS = 40;
const NO_TUNNEL = 'HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** With fewer, a request is refused at once. */
const REFUSAL_NEEDS = 12;
/** So many connections are admitted while functions that work for something else, such as queues, hold the descriptors. */
const ALWAYS_ADMITTED = 4;

/**
 * The template's HTTP API on a port. `protocol/` reads requests and writes responses, `operations/` finds the route, asks the
 * authorizer and calls the function, `state/` keeps authorizer results and the throttle; `definitions.ts` holds the API that the
 * template asks for.
 */
export class HttpApiServer {
  private readonly options: HttpApiOptions;
  private readonly server: Server;
  private readonly proxy: LocalProxy;
  private readonly answers: RequestAnswers;
  private readonly foreign: ReturnType<typeof browserGuard>;
  /** The connections that came while descriptors were free. */
  private readonly admitted = new Set<Socket>();

  constructor(server: Server, options: HttpApiOptions) {
    this.server = server;
    this.options = options;
    this.proxy = new LocalProxy(options.awsEndpoint);
    this.answers = new RequestAnswers(options);
    const { allowHosts = [], api } = options;
    // A page that the template's CORS configuration names may call the API here as on AWS.
    this.foreign = browserGuard({ hosts: allowHosts, origins: api.cors?.allowOrigins ?? [] });
    server.on('connection', (socket) => {
      const free = options.descriptors.free();
      const admitted = free >= REQUEST_NEEDS || (this.admitted.size < ALWAYS_ADMITTED && free >= REFUSAL_NEEDS);
      if (!admitted) return;
      this.admitted.add(socket);
      socket.once('close', () => this.admitted.delete(socket));
    });
    // Without a listener Node closes the connection of a CONNECT without an answer.
    server.on('connect', (_request, socket) => socket.end(NO_TUNNEL));
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      this.handle(request, response).catch((error: unknown) => this.fail(request, response, error));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.proxy.close();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const foreign = this.foreign(request);
    if (foreign) {
      send(request, response, gatewayAnswer(403, refusalOf(foreign)), {});
      return;
    }
    const [rawPath = '/', rawQueryString = ''] = splitUrl(request.url ?? '/');
    if (isLocalPath(rawPath)) {
      if (isLoopback(request)) this.proxy.pass(request, response);
      else send(request, response, ANSWERS.forbidden, {});
      return;
    }
    if (!this.admitted.has(request.socket) && !(await this.hasRoom())) {
      // The connection holds a descriptor, so it is closed.
      send(request, response, ANSWERS.unavailable, { connection: 'close' });
      return;
    }
    const { api, account } = this.options;
    this.options.onRequest?.();
    const apiRequest: ApiRequest = {
      request,
      requestId: randomBytes(11).toString('base64url'),
      apiId: api.apiId,
      account,
      stage: api.stage,
      now: Date.now(),
      rawPath,
      rawQueryString,
    };
    const answer = await this.answers.answer(apiRequest);
    const { page } = this.options;
    const shown =
      page && request.method === 'GET' && isLoopback(request)
        ? injectSettings(answer, { ...page, values: { ...page.values, aws: AWS_PREFIX } })
        : answer;
    send(request, response, shown, { ...corsHeaders(api.cors, request), 'apigw-requestid': apiRequest.requestId });
  }

  /** Whether enough file descriptors are free for another request, if need be after idle connections and instances have ended. */
  private async hasRoom(): Promise<boolean> {
    const { descriptors, endIdleInstance } = this.options;
    for (;;) {
      const free = descriptors.free();
      if (free >= REQUEST_NEEDS) return true;
      if (free < REFUSAL_NEEDS) return false;
      this.server.closeIdleConnections();
      if (!(await endIdleInstance())) return false;
    }
  }

  private fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const name = error instanceof Error ? error.name : '';
    // A request is destroyed once its body was read. Only the socket tells whether the client is still connected.
    if (request.socket.destroyed || response.headersSent) {
      response.destroy();
      return;
    }
    // A body within the limit of the API may exceed that of Lambda, because base64 makes it larger.
    if (name === 'RequestEntityTooLargeException') send(request, response, ANSWERS.tooLarge, {});
    else if (name === 'TooManyRequestsException') send(request, response, ANSWERS.unavailable, {});
    else {
      this.options.onProblem(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`);
      send(request, response, ANSWERS.internalError, {});
    }
  }
}

function refusalOf(foreign: Foreign): string {
  if ('host' in foreign) {
    return `Forbidden: local AWS does not accept the host name ${JSON.stringify(foreign.host)}. Name it with --allow-host.`;
  }
  return `Forbidden: local AWS accepts no calls of pages from ${JSON.stringify(foreign.origin)}.`;
}

/** A request must have arrived within this time. Otherwise it is answered 408, and its connection is closed. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Listens on a port before the API is ready. Until an `HttpApiServer` takes over, every response is 503. */
export async function listenHttpApi(port: number, host: string, requestTimeout = REQUEST_TIMEOUT_MS): Promise<Server> {
  const server = createServer({
    keepAliveTimeout: 65_000,
    requestTimeout,
    headersTimeout: requestTimeout,
    connectionsCheckingInterval: requestTimeout / 4,
  });
  server.on('request', (request, response) => send(request, response, ANSWERS.unavailable, {}));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HttpAnswer,
  extra: Record<string, string>,
): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    ...extra,
    ...(answer.cookies.length > 0 && { 'set-cookie': answer.cookies }),
    ...(answer.status !== 204 && answer.status !== 304 && { 'content-length': answer.body.length }),
  });
  const body = request.method === 'HEAD' ? undefined : answer.body;
  if (request.complete) {
    response.end(body);
    return;
  }
  // The body was not read. The end of the response may close the connection, so it waits for the end of the request.
  response.flushHeaders();
  if (body) response.write(body);
  void dropRest(request).then((whole) => {
    response.end();
    if (!whole) request.destroy();
  });
}
