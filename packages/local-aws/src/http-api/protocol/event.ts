import type { IncomingMessage } from 'node:http';
import type { RouteMatch } from '../operations/match.ts';

export interface ApiRequest {
  request: IncomingMessage;
  requestId: string;
  apiId: string;
  account: string;
  stage: string;
  now: number;
  rawPath: string;
  rawQueryString: string;
}

/** The types that an HTTP API treats as text. Any other body is passed to the function in base64. */
const TEXT_TYPES = /^(text\/.*|application\/(.*\+)?(json|xml)|application\/javascript)\s*(;|$)/i;

/** The event for the function of a route, in payload format 2.0. */
export function routeEvent(
  apiRequest: ApiRequest,
  match: RouteMatch,
  body: Buffer,
  authorizerContext: Record<string, unknown> | undefined,
): object {
  const { rawPath, rawQueryString } = apiRequest;
  const { headers, cookies } = headersOf(apiRequest.request);
  const query = queryOf(rawQueryString);
  const isBase64Encoded = body.length > 0 && !TEXT_TYPES.test(headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    requestContext: {
      ...requestContext(apiRequest, match),
      ...(authorizerContext && { authorizer: { lambda: authorizerContext } }),
    },
    ...(Object.keys(match.pathParameters).length > 0 && { pathParameters: match.pathParameters }),
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

/** The event for a REQUEST authorizer, in payload format 2.0: the same without the body. */
export function authorizerEvent(
  apiRequest: ApiRequest,
  match: RouteMatch,
  identitySource: readonly string[],
  region: string,
): object {
  const { rawPath, rawQueryString, account, apiId, stage } = apiRequest;
  const { headers, cookies } = headersOf(apiRequest.request);
  const query = queryOf(rawQueryString);
  const method = apiRequest.request.method ?? 'GET';
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:${region}:${account}:${apiId}/${stage}/${method}${rawPath}`,
    identitySource,
    routeKey: match.route.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    requestContext: requestContext(apiRequest, match),
    ...(Object.keys(match.pathParameters).length > 0 && { pathParameters: match.pathParameters }),
  };
}

function requestContext(apiRequest: ApiRequest, match: RouteMatch): object {
  const { request, requestId, apiId, account, stage, now, rawPath } = apiRequest;
  const domainName = request.headers.host ?? 'localhost';
  return {
    accountId: account,
    apiId,
    domainName,
    domainPrefix: domainName.split('.')[0] ?? domainName,
    http: {
      method: request.method ?? 'GET',
      path: rawPath,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId,
    routeKey: match.route.routeKey,
    stage,
    time: clfTime(now),
    timeEpoch: now,
  };
}

/** Headers with names in lower case, repeated ones joined by commas, and the cookies. */
function headersOf(request: IncomingMessage): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values && name !== 'cookie') headers[name] = values.join(',');
  }
  // API Gateway sets this header, also where a client has sent it.
  headers['x-forwarded-proto'] = 'http';
  const cookies = (request.headers.cookie ?? '').split(/;\s*/).filter((cookie) => cookie !== '');
  return { headers, cookies };
}

/** Query parameters. Values of a repeated name are joined by commas. */
function queryOf(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined;
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  }
  return query;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:23:10:14 +0000` */
function clfTime(now: number): string {
  const date = new Date(now);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}
