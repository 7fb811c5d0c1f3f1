import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { browserGuard, type Foreign } from '../gateway/guard-browser.ts';
import { Admission, type AdmissionOptions } from './connections/admission.ts';
import { type AnswerOptions, RequestAnswers } from './operations/answer-request.ts';
import { dropRest } from './protocol/body.ts';
import { corsHeaders } from './protocol/cors.ts';
import type { ApiRequest } from './protocol/event.ts';
import { injectSettings, type PageSettings } from './protocol/inject.ts';
import { AWS_PREFIX, isLocalPath, LocalProxy } from './protocol/local-proxy.ts';
import { isLoopback } from './protocol/loopback.ts';
import { ANSWERS, gatewayAnswer, type HttpAnswer } from './protocol/response.ts';

export interface HttpApiOptions extends AnswerOptions, AdmissionOptions {
  awsEndpoint: string;
  /** Values for the pages that are served to this machine. `aws`, the path of the AWS endpoint, is added to them. */
  page?: PageSettings;
  /** Host names by which the API may be called, besides IP addresses and those of this machine. */
  allowHosts?: readonly string[];
  /** Called for each request that API Gateway would bill. */
  onRequest?(): void;
}

const NO_TUNNEL = 'HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * The template's HTTP API on a port. `protocol/` reads requests and writes responses, `operations/` finds the route, asks the
 * authorizer and calls the function, `state/` keeps authorizer results and the throttle; `definitions.ts` holds the API that the
 * template asks for.
 */
export class HttpApiServer {
  private readonly options: HttpApiOptions;
  readonly port: number;
  private readonly server: Server;
  private readonly proxy: LocalProxy;
  private readonly answers: RequestAnswers;
  private readonly foreign: ReturnType<typeof browserGuard>;
  /** Undefined where file descriptors are plenty. */
  private readonly admission: Admission | undefined;

  constructor(server: Server, options: HttpApiOptions) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    this.options = options;
    this.proxy = new LocalProxy(options.awsEndpoint);
    this.answers = new RequestAnswers(options);
    const { allowHosts = [], api } = options;
    // A page that the template's CORS configuration names may call the API here as on AWS.
    this.foreign = browserGuard({ hosts: allowHosts, origins: api.cors?.allowOrigins ?? [] });
    this.admission = options.descriptors.scarce ? new Admission(server, options) : undefined;
    // Without a listener Node closes the connection of a CONNECT without an answer.
    server.on('connect', (_request, socket) => socket.end(NO_TUNNEL));
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      this.handle(request, response).catch((error: unknown) => this.fail(request, response, error));
    });
  }

  async close(): Promise<void> {
    this.proxy.close();
    this.admission?.close();
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
    if (await this.admission?.refuses(request.socket)) {
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
