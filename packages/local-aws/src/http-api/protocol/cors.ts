import type { IncomingMessage } from 'node:http';
import type { CorsSpec } from '../definitions.ts';

/** The headers that the CORS configuration adds to a response; none if the origin is not allowed. */
export function corsHeaders(cors: CorsSpec | undefined, request: IncomingMessage): Record<string, string> {
  const origin = request.headers.origin;
  if (!cors || !origin) return {};
  const any = cors.allowOrigins.includes('*');
  if (!any && !cors.allowOrigins.includes(origin)) return {};
  return {
    'access-control-allow-origin': any ? '*' : origin,
    ...(!any && { vary: 'Origin' }),
    ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.exposeHeaders.length > 0 && { 'access-control-expose-headers': cors.exposeHeaders.join(',') }),
  };
}

/** The headers of the response to a preflight, which the API answers itself. */
export function preflightHeaders(cors: CorsSpec, request: IncomingMessage): Record<string, string> {
  const headers = corsHeaders(cors, request);
  if (Object.keys(headers).length === 0) return {};
  return {
    ...headers,
    ...(cors.allowMethods.length > 0 && { 'access-control-allow-methods': cors.allowMethods.join(',') }),
    ...(cors.allowHeaders.length > 0 && { 'access-control-allow-headers': cors.allowHeaders.join(',') }),
    ...(cors.maxAge !== undefined && { 'access-control-max-age': String(cors.maxAge) }),
  };
}
