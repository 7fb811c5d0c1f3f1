import { isObject, type Json, type JsonObject } from '../../json.ts';

/** A rule of a bucket's CORS configuration. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAge?: number;
}

/** Reads the CorsConfiguration of a template's bucket. */
export function corsRulesOf(configuration: Json | undefined): CorsRule[] {
  const rules = isObject(configuration) && Array.isArray(configuration.CorsRules) ? configuration.CorsRules : [];
  return rules.filter(isObject).map(ruleOf);
}

function ruleOf(rule: JsonObject): CorsRule {
  const list = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);
  return {
    origins: list(rule.AllowedOrigins),
    methods: list(rule.AllowedMethods),
    headers: list(rule.AllowedHeaders).map((header) => header.toLowerCase()),
    exposed: list(rule.ExposedHeaders),
    ...(typeof rule.MaxAge === 'number' ? { maxAge: rule.MaxAge } : {}),
  };
}

/** What a browser of `origin` must be told to let its page make a call with `method` and `headers`; undefined refuses. */
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

/** A pattern holds one `*` at most. */
function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === text;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}
