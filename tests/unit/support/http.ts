import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { type HttpRoutes, httpHandler } from '../../../functions/common/http.ts';
import { logger } from '../../../functions/common/telemetry.ts';

export interface HttpRequest {
  path?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  rawPath?: string;
  /** By default that of the route key. */
  method?: string;
  /** Bytes arrive in base64, as API Gateway passes bodies that are not textual. */
  body?: string | Buffer | undefined;
}

/** Calls routes as API Gateway does; the answer is what a client gets, problems included, with a JSON body parsed. */
export function httpClient(routes: HttpRoutes) {
  const handle = httpHandler(routes);
  logger.setLogLevel('SILENT');
  return async (routeKey: string, request: HttpRequest = {}) => {
    const {
      statusCode,
      headers = {},
      body = '',
      isBase64Encoded,
    } = await handle(httpEvent(routeKey, request), CONTEXT);
    const isJson = /json$/.test(String(headers['content-type']));
    return { status: statusCode, headers, body: isJson ? JSON.parse(body) : body, isBase64Encoded };
  };
}

export const CONTEXT = { awsRequestId: 'request-1', functionName: 'test' } as Context;

/** With what the authorizer says of a key that has all scopes. */
export function httpEvent(routeKey: string, request: HttpRequest = {}): APIGatewayProxyEventV2 {
  const { path, query, headers = {}, rawPath = routeKey.replace(/^\w+ /, ''), body } = request;
  const { method = routeKey.split(' ')[0] } = request;
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: '',
    headers,
    requestContext: { http: { method }, authorizer: { lambda: { keyName: 'tester', scopes: 'send read operate' } } },
    ...(path ? { pathParameters: path } : {}),
    ...(query ? { queryStringParameters: query } : {}),
    isBase64Encoded: body instanceof Buffer,
    ...(body === undefined ? {} : { body: body instanceof Buffer ? body.toString('base64') : body }),
  } as unknown as APIGatewayProxyEventV2;
}

/** Headers and body of a request with a form. */
export async function formRequest(form: FormData): Promise<HttpRequest> {
  const request = new Request('http://api/upload', { method: 'POST', body: form });
  const headers = { 'content-type': request.headers.get('content-type') ?? '' };
  return { headers, body: Buffer.from(await request.arrayBuffer()) };
}
