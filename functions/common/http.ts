import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { PROBLEM_TYPE, problemOf } from '../../api/problem.ts';
import { PregonError } from '../../core/errors.ts';
import { invocation } from './invocation.ts';
import { logger } from './logger.ts';

export type HttpEvent = APIGatewayProxyEventV2;
export type HttpAnswer = APIGatewayProxyStructuredResultV2;
/** The routes of one function by route key, such as `GET /campaigns/{batchId}`. */
export type HttpRoutes = Readonly<Record<string, (event: HttpEvent, context: Context) => Promise<HttpAnswer>>>;

/**
 * The handler of an HTTP function. Each invocation gets its log context, trace and metrics, is given to the route that API Gateway
 * matched, and answers every error as a problem document.
 */
export function httpHandler(routes: HttpRoutes) {
  const handle = middy(async (event: HttpEvent, context: Context): Promise<HttpAnswer> => {
    const route = Object.hasOwn(routes, event.routeKey) ? routes[event.routeKey] : undefined;
    if (!route) throw new PregonError('NotFound', `There is no route ${event.routeKey}.`);
    return route(event, context);
  }).use(problemJson);

  return invocation<HttpEvent, HttpAnswer>((event, context) => {
    // The route as it is defined: a path may hold an address or a token, which do not belong into logs.
    logger.appendKeys({ route: event.routeKey });
    return handle(event, context);
  });
}

/** Answers an error as an RFC 9457 document. Errors that are not the caller's are logged, and masked in the answer. */
const problemJson: MiddlewareObj<HttpEvent, HttpAnswer> = {
  onError(request) {
    const requestId = request.context.awsRequestId;
    const problem = problemOf(request.error, requestId);
    if (problem.status >= 500) logger.error('The request failed', { requestId, error: request.error });
    request.response = jsonAnswer(problem.status, problem, {
      'content-type': PROBLEM_TYPE,
      ...(typeof problem.retryAfter === 'number' ? { 'retry-after': String(problem.retryAfter) } : {}),
    });
  },
};

/** The body as text. API Gateway passes it in base64 unless its content type is textual. */
export const bodyText = ({ body, isBase64Encoded }: HttpEvent): string | undefined =>
  body !== undefined && isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;

export const jsonAnswer = (statusCode: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});
