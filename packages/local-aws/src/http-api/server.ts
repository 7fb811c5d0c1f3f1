import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LambdaRuntime } from '../lambda/runtime.ts';
import type { HttpApiSpec } from './definitions.ts';
import { matchRoute, type RouteMatch } from './operations/match.ts';
import { readBody } from './protocol/body.ts';
import { corsHeaders, preflightHeaders } from './protocol/cors.ts';
import { authorizerEvent, type RequestParts, routeEvent } from './protocol/event.ts';
import { injectSettings, type PageSettings } from './protocol/inject.ts';
import { AWS_PREFIX, isLocalPath, LocalProxy } from './protocol/local-proxy.ts';
import { isLoopback } from './protocol/loopback.ts';
import { ANSWERS, answerOf, type HttpAnswer } from './protocol/response.ts';
import { AuthorizerCache, type Decision, decisionOf } from './state/authorizer-cache.ts';
import { Throttle } from './state/throttle.ts';

export interface HttpApiOptions {
  api: HttpApiSpec;
  runtime: Pick<LambdaRuntime, 'invoke'>;
  account: string;
  region: string;
  awsEndpoint: string;
  /** Put into the pages that are served to this machine, beside `aws`, the path of the AWS endpoint. */
  page?: PageSettings;
  /** No authorizer is asked. */
  open: boolean;
  /** Told of each request that API Gateway would bill. */
  onRequest?(): void;
  onProblem(message: string): void;
}

/** The template's HTTP API on a port of this machine, with the answers that API Gateway gives by itself. */
export class HttpApiServer {
  private readonly options: HttpApiOptions;
  private readonly server: Server;
  private readonly decisions = new AuthorizerCache();
  private readonly proxy: LocalProxy;
  private readonly throttle: Throttle | undefined;

  constructor(server: Server, options: HttpApiOptions) {
    this.server = server;
    this.options = options;
    this.proxy = new LocalProxy(options.awsEndpoint);
    const { throttle } = options.api;
    this.throttle = throttle && new Throttle(throttle, Date.now());
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
    const [rawPath = '/', rawQueryString = ''] = splitUrl(request.url ?? '/');
    if (isLocalPath(rawPath)) {
      if (isLoopback(request)) this.proxy.pass(request, response);
      else send(request, response, ANSWERS.forbidden, {});
      return;
    }
    const { api, account } = this.options;
    this.options.onRequest?.();
    const parts: RequestParts = {
      request,
      requestId: randomBytes(11).toString('base64url'),
      apiId: api.apiId,
      account,
      stage: api.stage,
      now: Date.now(),
      rawPath,
      rawQueryString,
    };
    const answer = await this.answer(parts);
    const { page } = this.options;
    const shown =
      page && request.method === 'GET' && isLoopback(request)
        ? injectSettings(answer, { ...page, values: { ...page.values, aws: AWS_PREFIX } })
        : answer;
    send(request, response, shown, { ...corsHeaders(api.cors, request), 'apigw-requestid': parts.requestId });
  }

  private async answer(parts: RequestParts): Promise<HttpAnswer> {
    const { api } = this.options;
    const { request, rawPath } = parts;
    if (this.throttle && !this.throttle.take(parts.now)) return ANSWERS.tooManyRequests;
    if (api.cors && request.method === 'OPTIONS' && request.headers['access-control-request-method']) {
      return { status: 204, headers: preflightHeaders(api.cors, request), cookies: [], body: Buffer.alloc(0) };
    }
    const match = matchRoute(api.routes, request.method ?? 'GET', rawPath);
    if (!match) return ANSWERS.notFound;
    const decision = await this.authorize(parts, match);
    if ('status' in decision) return decision;
    if (!decision.allowed) return ANSWERS.forbidden;
    const body = await readBody(request);
    if (!body) return ANSWERS.tooLarge;
    const context = match.route.authorizer && !this.options.open ? decision.context : undefined;
    return this.callFunction(match, JSON.stringify(routeEvent(parts, match, body, context)));
  }

  private async authorize(parts: RequestParts, match: RouteMatch): Promise<Decision | HttpAnswer> {
    const { authorizer } = match.route;
    if (!authorizer || this.options.open) return { allowed: true, context: {} };
    const identity: string[] = [];
    for (const name of authorizer.identityHeaders) {
      const value = parts.request.headers[name];
      if (value === undefined || value === '') return ANSWERS.unauthorized;
      identity.push(String(value));
    }
    const known = this.decisions.get(authorizer, identity, parts.now);
    if (known) return known;
    const event = JSON.stringify(authorizerEvent(parts, match, identity, this.options.region));
    const result = await this.options.runtime.invoke(authorizer.functionArn, event);
    const decision = result.functionError ? undefined : decisionOf(result.payload);
    if (!decision) {
      this.options.onProblem(`The authorizer failed: ${result.payload.slice(0, 500)}`);
      return ANSWERS.internalError;
    }
    this.decisions.put(authorizer, identity, decision, parts.now);
    return decision;
  }

  private async callFunction(match: RouteMatch, event: string): Promise<HttpAnswer> {
    const { functionArn, timeoutMs, routeKey } = match.route;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), timeoutMs);
    });
    const result = await Promise.race([this.options.runtime.invoke(functionArn, event), late]).finally(() =>
      clearTimeout(timer),
    );
    if (result === 'late') return ANSWERS.unavailable;
    if (!result.functionError) return answerOf(result.payload);
    this.options.onProblem(`${routeKey} failed: ${result.payload.slice(0, 500)}`);
    return ANSWERS.internalError;
  }

  private fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const name = error instanceof Error ? error.name : '';
    // A request whose body was read whole counts as destroyed: the socket tells whether anyone still listens.
    if (request.socket.destroyed || response.headersSent) {
      response.destroy();
      return;
    }
    // Base64 makes a body that an HTTP API lets through too large for a Lambda.
    if (name === 'RequestTooLargeException') send(request, response, ANSWERS.tooLarge, {});
    else if (name === 'TooManyRequestsException') send(request, response, ANSWERS.unavailable, {});
    else {
      this.options.onProblem(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`);
      send(request, response, ANSWERS.internalError, {});
    }
  }
}

/** Takes the port before anything can be answered; until an `HttpApiServer` takes over, every answer is 503. */
export async function listenHttpApi(port: number, host: string): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 });
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
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}
