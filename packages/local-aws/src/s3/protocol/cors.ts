import { AwsError } from '../../gateway/errors.ts';
import type { AwsRequest, AwsResponse } from '../../gateway/types.ts';
import type { CorsRule } from '../definitions.ts';
import type { S3Call } from './call.ts';

/** The headers that allow a page of `origin` a call with this method and these headers; undefined if no rule allows it. */
export function corsHeaders(
  rules: readonly CorsRule[],
  origin: string,
  method: string,
  headers: readonly string[] = [],
): Record<string, string> | undefined {
  const rule = rules.find(
    (each) =>
      each.methods.includes(method) &&
      each.origins.some((pattern) => fits(pattern, origin)) &&
      headers.every((header) => each.headers.some((pattern) => fits(pattern, header.toLowerCase()))),
  );
  if (!rule) return undefined;
  return {
    'access-control-allow-origin': rule.origins.includes('*') ? '*' : origin,
    'access-control-allow-methods': rule.methods.join(', '),
    ...(headers.length > 0 ? { 'access-control-allow-headers': headers.join(', ') } : {}),
    ...(rule.exposed.length > 0 ? { 'access-control-expose-headers': rule.exposed.join(', ') } : {}),
    ...(rule.maxAge === undefined ? {} : { 'access-control-max-age': String(rule.maxAge) }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

/** A pattern has at most one `*`. */
function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === text;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

export function crossOrigin(
  request: AwsRequest,
  call: S3Call,
  rules: readonly CorsRule[],
): Record<string, string> | undefined {
  const origin = call.header('origin');
  if (origin === undefined) return undefined;
  const asked = call.header('access-control-request-headers')?.split(',') ?? [];
  const method = call.header('access-control-request-method') ?? request.method;
  return corsHeaders(
    rules,
    origin,
    method,
    asked.map((header) => header.trim()).filter((header) => header !== ''),
  );
}

export function preflight(cors: Record<string, string> | undefined): AwsResponse {
  if (cors) return { status: 200, headers: cors };
  throw new AwsError('AccessForbidden', 'CORSResponse: This CORS request is not allowed.', 403);
}
