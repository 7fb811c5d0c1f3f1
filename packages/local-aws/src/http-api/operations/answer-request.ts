import { getHeapStatistics } from 'node:v8';
import type { LambdaRuntime } from '../../lambda/runtime.ts';
import { AWS_LIMITS, type Limits, type Maxima } from '../../limits/limits.ts';
import { TokenBucket } from '../../limits/token-bucket.ts';
import type { HttpApiSpec } from '../definitions.ts';
import { readBody } from '../protocol/body.ts';
import { preflightHeaders } from '../protocol/cors.ts';
import { type ApiRequest, authorizerEvent, routeEvent } from '../protocol/event.ts';
import { ANSWERS, answerOf, type HttpAnswer } from '../protocol/response.ts';
import { AuthorizerCache, type Decision, decisionOf } from '../state/authorizer-cache.ts';
import { BodyBudget } from '../state/body-budget.ts';
import { matchRoute, type RouteMatch } from './match.ts';

export interface AnswerOptions {
  api: HttpApiSpec;
  runtime: Pick<LambdaRuntime, 'invoke'>;
  /** Why API Gateway may not call a function for a route or an authorizer, `sourceArn`; undefined if it may. */
  refusal(functionArn: string, sourceArn: string): string | undefined;
  region: string;
  account: string;
  /** Skips the authorizers. An object is what functions then get as the authorizer's context. */
  open: boolean | Readonly<Record<string, unknown>>;
  /** Bytes that the heap of this process may have. */
  heapLimit?: number;
  /** The largest body, the longest wait for a function, and whether requests are throttled. */
  limits?: Limits;
  /** Called for each request that is throttled. */
  onThrottled?(): void;
  onProblem(message: string): void;
}

/** Answers requests as API Gateway does: throttles, answers preflights, finds the route, authorizes and calls the function. */
export class RequestAnswers {
  private readonly options: AnswerOptions;
  private readonly decisions = new AuthorizerCache();
  private readonly throttles: readonly TokenBucket[];
  /** Of the routes that have settings of their own, by route key. */
  private readonly routeThrottles: ReadonlyMap<string, TokenBucket>;
  private readonly max: Maxima;
  private readonly bodies: BodyBudget;

  constructor(options: AnswerOptions) {
    this.options = options;
    this.bodies = new BodyBudget(options.heapLimit ?? getHeapStatistics().heap_size_limit);
    const { calls, max } = options.limits ?? AWS_LIMITS;
    const account = calls['httpApi.throttle'];
    const buckets = account ? [options.api.throttle, account] : [];
    this.throttles = buckets.flatMap((bucket) => (bucket ? [new TokenBucket(bucket, Date.now())] : []));
    const ofRoutes = account ? options.api.routes : [];
    this.routeThrottles = new Map(
      ofRoutes.flatMap(({ routeKey, throttle }) =>
        throttle ? [[routeKey, new TokenBucket(throttle, Date.now())]] : [],
      ),
    );
    this.max = max;
  }

  /** The response to a request. @throws AwsError of Lambda */
  async answer(apiRequest: ApiRequest): Promise<HttpAnswer> {
    const { api } = this.options;
    const { request, rawPath } = apiRequest;
    if (!this.throttles.every((throttle) => throttle.take(apiRequest.now))) {
      this.options.onThrottled?.();
      return ANSWERS.tooManyRequests;
    }
    if (api.cors && request.method === 'OPTIONS' && request.headers['access-control-request-method']) {
      return { status: 204, headers: preflightHeaders(api.cors, request), cookies: [], body: Buffer.alloc(0) };
    }
    const match = matchRoute(api.routes, request.method ?? 'GET', rawPath);
    if (!match) return ANSWERS.notFound;
    if (this.routeThrottles.get(match.route.routeKey)?.take(apiRequest.now) === false) {
      this.options.onThrottled?.();
      return ANSWERS.tooManyRequests;
    }
    const decision = await this.authorize(apiRequest, match);
    if ('status' in decision) return decision;
    if (!decision.allowed) return ANSWERS.forbidden;
    const body = await readBody(request, this.max['httpApi.bodyBytes']);
    if (!body) return ANSWERS.tooLarge;
    const hasContext = match.route.authorizer && this.options.open !== true;
    const context = hasContext ? decision.context : undefined;
    const { stage } = this.options.api;
    const resource = match.route.routeKey === '$default' ? '$default' : `${request.method}${match.route.path}`;
    if (!this.mayCall(match.route.functionArn, `${stage}/${resource}`)) return ANSWERS.internalError;
    return this.callFunction(match, body.length, () => JSON.stringify(routeEvent(apiRequest, match, body, context)));
  }

  private async authorize(apiRequest: ApiRequest, match: RouteMatch): Promise<Decision | HttpAnswer> {
    const { authorizer } = match.route;
    const { open } = this.options;
    if (!authorizer || open) return { allowed: true, context: typeof open === 'object' ? open : {} };
    const identity: string[] = [];
    for (const source of authorizer.identitySources) {
      // Node takes the first of two headers. They are joined here, as the function sees them, so that neither opens a route.
      const joined = (header: string) => apiRequest.request.headersDistinct[header]?.join(',');
      const value = source === 'routeKey' ? match.route.routeKey : joined(source.header);
      if (!value) return ANSWERS.unauthorized;
      identity.push(value);
    }
    const known = this.decisions.get(authorizer, identity, apiRequest.now);
    if (known) return known;
    if (!this.mayCall(authorizer.functionArn, `authorizers/${authorizer.id}`)) return ANSWERS.internalError;
    const event = JSON.stringify(authorizerEvent(apiRequest, match, identity, this.options.region));
    const invoke = () => this.options.runtime.invoke(authorizer.functionArn, event);
    const result = await inTime(this.max['httpApi.timeoutMs'], invoke);
    if (result === 'late') return ANSWERS.unavailable;
    const decision = result.functionError ? undefined : decisionOf(result.payload);
    if (!decision) {
      this.options.onProblem(`The authorizer failed: ${result.payload.slice(0, 500)}`);
      return ANSWERS.internalError;
    }
    this.decisions.put(authorizer, identity, decision, apiRequest.now);
    return decision;
  }

  /**
   * Whether the policy of a function lets API Gateway call it. The source is the route with its path as it is defined.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
   */
  private mayCall(functionArn: string, source: string): boolean {
    const { api, region, account, refusal, onProblem } = this.options;
    const problem = refusal(functionArn, `arn:aws:execute-api:${region}:${account}:${api.apiId}/${source}`);
    if (problem !== undefined) onProblem(problem);
    return problem === undefined;
  }

  private async callFunction(match: RouteMatch, bytes: number, event: () => string): Promise<HttpAnswer> {
    const { functionArn, routeKey } = match.route;
    const longest = this.max['httpApi.timeoutMs'];
    const result = await inTime(Math.min(match.route.timeoutMs ?? longest, longest), async (signal) => {
      if (!(await this.bodies.enter(bytes, signal))) return 'late';
      return this.options.runtime.invoke(functionArn, event()).finally(() => this.bodies.leave(bytes));
    });
    if (result === 'late') return ANSWERS.unavailable;
    if (!result.functionError) return answerOf(result.payload);
    this.options.onProblem(`${routeKey} failed: ${result.payload.slice(0, 500)}`);
    return ANSWERS.internalError;
  }
}

/** The result of a call, or `late` after this time. The signal aborts then. */
async function inTime<T>(timeoutMs: number, call: (signal: AbortSignal) => Promise<T>): Promise<T | 'late'> {
  const late = Promise.withResolvers<'late'>();
  const waiting = new AbortController();
  const end = () => {
    waiting.abort();
    late.resolve('late');
  };
  const timer = Number.isFinite(timeoutMs) ? setTimeout(end, timeoutMs) : undefined;
  return Promise.race([call(waiting.signal), late.promise]).finally(() => clearTimeout(timer));
}
