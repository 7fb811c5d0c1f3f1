import middy, { type MiddlewareObj } from '@middy/core';
import type {
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2WithRequestContext,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { PROBLEM_TYPE, problemOf } from '../../api/problem.ts';
import { PregonError } from '../../core/errors.ts';
import { invocation } from './invocation.ts';
import { logger } from './telemetry.ts';

/** The authorizer's context is absent on routes that need no key. */
export type HttpEvent = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2 & { authorizer?: { lambda?: { keyName?: unknown; scopes?: unknown } | null } }
>;
export type HttpAnswer = APIGatewayProxyStructuredResultV2;
/** The routes of one function by route key, such as `GET /campaigns/{batchId}`. */
export type HttpRoutes = Readonly<Record<string, (event: HttpEvent, context: Context) => Promise<HttpAnswer>>>;

/**
 * The handler of an HTTP function. Calls the route that API Gateway matched, within the log context and metrics of the
 * invocation, and answers errors as problem documents.
 */
export function httpHandler(routes: HttpRoutes) {
  const handle = middy(async (event: HttpEvent, context: Context): Promise<HttpAnswer> => {
    const route = Object.hasOwn(routes, event.routeKey) ? routes[event.routeKey] : undefined;
    if (!route) throw new PregonError('NotFound', `There is no route ${event.routeKey}.`);
    return route(event, context);
  }).use(problemJson);

  return invocation<HttpEvent, HttpAnswer>((event, context) => {
    // The route key rather than the path, which may contain an address or a token.
    logger.appendKeys({ route: event.routeKey, key: callerOf(event).keyName });
    return handle(event, context);
  });
}

/** The API key that a request came with: its name, absent where no key is needed, and its scopes. */
export interface Caller {
  keyName?: string;
  scopes: readonly string[];
}

/** What the authorizer has found out about the key of a request. */
export function callerOf({ requestContext }: Pick<HttpEvent, 'requestContext'>): Caller {
  const { keyName, scopes } = requestContext?.authorizer?.lambda ?? {};
  return {
    ...(typeof keyName === 'string' && { keyName }),
    scopes: typeof scopes === 'string' ? scopes.split(' ') : [],
  };
}

/** Answers errors as RFC 9457 documents. Errors with a 5xx status are logged. */
const problemJson: MiddlewareObj<HttpEvent, HttpAnswer> = {
  onError(request) {
    const requestId = request.context.awsRequestId;
    const problem = problemOf(request.error, requestId);
    if (problem.status >= 500) logger.error('The request failed', { requestId, error: request.error });
    request.response = jsonAnswer(problem.status, problem, {
      'content-type': PROBLEM_TYPE,
      ...(typeof problem.retryAfter === 'number' ? { 'retry-after': String(problem.retryAfter) } : {}),
      ...(typeof problem.allow === 'string' ? { allow: problem.allow } : {}),
    });
  },
};

/** The body as text. API Gateway passes it in base64 unless its content type is textual. Throws UnsupportedMedia for a compressed one. */
export function bodyText(event: HttpEvent): string | undefined {
  refuseCompressed(event);
  // Bytes that are not UTF-8 become U+FFFD, which `readJson` refuses with their place.
  return event.body !== undefined && event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
}

/** Throws UnsupportedMedia for a compressed body: it could hold a thousand times the bytes that API Gateway lets through. */
export function refuseCompressed({ headers }: HttpEvent): void {
  const encoding = headers['content-encoding']?.trim() || 'identity';
  if (/^identity$/i.test(encoding)) return;
  throw new PregonError(
    'UnsupportedMedia',
    `Content-Encoding ${encoding.slice(0, 40)} is not supported: send the body uncompressed.`,
  );
}

export const jsonAnswer = (statusCode: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});
