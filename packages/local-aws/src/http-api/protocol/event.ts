import type { IncomingMessage } from 'node:http';
import type { RouteMatch } from '../operations/match.ts';

export interface RequestParts {
  request: IncomingMessage;
  requestId: string;
  apiId: string;
  account: string;
  stage: string;
  now: number;
  rawPath: string;
  rawQueryString: string;
}

/** What HTTP APIs take for text; any other body reaches the function in base64. */
const TEXT_TYPES = /^(text\/.*|application\/(.*\+)?(json|xml)|application\/javascript)\s*(;|$)/i;

/** The event of payload format 2.0 for a Lambda behind a route. */
export function routeEvent(
  parts: RequestParts,
  match: RouteMatch,
  body: Buffer,
  authorizerContext: Record<string, unknown> | undefined,
): object {
  const { rawPath, rawQueryString } = parts;
  const { headers, cookies } = headersOf(parts.request);
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
      ...requestContext(parts, match),
      ...(authorizerContext && { authorizer: { lambda: authorizerContext } }),
    },
    ...(Object.keys(match.pathParameters).length > 0 && { pathParameters: match.pathParameters }),
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

/** The event of payload format 2.0 for a REQUEST authorizer: the same without the body. */
export function authorizerEvent(
  parts: RequestParts,
  match: RouteMatch,
  identitySource: readonly string[],
  region: string,
): object {
  const { rawPath, rawQueryString, account, apiId, stage } = parts;
  const { headers, cookies } = headersOf(parts.request);
  const query = queryOf(rawQueryString);
  const method = parts.request.method ?? 'GET';
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
    requestContext: requestContext(parts, match),
    ...(Object.keys(match.pathParameters).length > 0 && { pathParameters: match.pathParameters }),
  };
}

function requestContext(parts: RequestParts, match: RouteMatch): object {
  const { request, requestId, apiId, account, stage, now, rawPath } = parts;
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

/** Lower-case names; repeated headers joined by a comma; cookies apart. */
function headersOf(request: IncomingMessage): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values && name !== 'cookie') headers[name] = values.join(',');
  }
  const cookies = (request.headers.cookie ?? '').split(/;\s*/).filter((cookie) => cookie !== '');
  return { headers, cookies };
}

/** Values of a repeated name joined by a comma. */
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
