import { AwsError } from '../../gateway/errors.ts';
import type { AwsRequest, AwsResponse } from '../../gateway/types.ts';
import type { CorsRule } from '../definitions.ts';

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

/** The headers for a request of a page; undefined for any other request, and if no rule allows it. */
export function crossOrigin(
  { headers, method }: Pick<AwsRequest, 'headers' | 'method'>,
  rules: readonly CorsRule[],
): Record<string, string> | undefined {
  const { origin } = headers;
  if (origin === undefined) return undefined;
  const asked = headers['access-control-request-headers']?.split(',') ?? [];
  return corsHeaders(
    rules,
    origin,
    headers['access-control-request-method'] ?? method,
    asked.map((header) => header.trim()).filter((header) => header !== ''),
  );
}

export function preflight(cors: Record<string, string> | undefined): AwsResponse {
  if (cors) return { status: 200, headers: cors };
  throw new AwsError('AccessForbidden', 'CORSResponse: This CORS request is not allowed.', 403);
}
