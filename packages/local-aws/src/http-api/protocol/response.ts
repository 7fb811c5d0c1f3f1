export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer;
}

/** A response of API Gateway itself, with AWS's body. */
export const gatewayAnswer = (status: number, message: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  cookies: [],
  body: Buffer.from(JSON.stringify({ message })),
});

/** API Gateway sends none. Here a 503 says that the machine is short of something, or that the start goes on, which passes. */
const RETRY_AFTER_SECONDS = '1';
const unavailable = gatewayAnswer(503, 'Service Unavailable');

export const ANSWERS = {
  unauthorized: gatewayAnswer(401, 'Unauthorized'),
  forbidden: gatewayAnswer(403, 'Forbidden'),
  notFound: gatewayAnswer(404, 'Not Found'),
  tooLarge: gatewayAnswer(413, 'Request Entity Too Large'),
  tooManyRequests: gatewayAnswer(429, 'Too Many Requests'),
  internalError: gatewayAnswer(500, 'Internal Server Error'),
  unavailable: { ...unavailable, headers: { ...unavailable.headers, 'retry-after': RETRY_AFTER_SECONDS } },
} as const;

/**
 * Converts the result of a function to a response. A result without a statusCode is the body, as JSON with status 200. An invalid
 * result leads to 500.
 */
export function answerOf(payload: string): HttpAnswer {
  const result: unknown = JSON.parse(payload);
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const body = typeof result === 'string' ? result : payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body: Buffer.from(body) };
  }
  const status = Number(result.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return ANSWERS.internalError;
  const headers: Record<string, string> = { 'content-type': 'text/plain;charset=UTF-8' };
  if ('headers' in result && typeof result.headers === 'object' && result.headers !== null) {
    for (const [name, value] of Object.entries(result.headers)) {
      if (value !== undefined && value !== null) headers[name.toLowerCase()] = String(value);
    }
  }
  const cookies = 'cookies' in result && Array.isArray(result.cookies) ? result.cookies.map(String) : [];
  const text = 'body' in result && result.body !== null && result.body !== undefined ? result.body : '';
  const body = typeof text === 'string' ? text : JSON.stringify(text);
  const encoding = 'isBase64Encoded' in result && result.isBase64Encoded === true ? 'base64' : 'utf8';
  return { status, headers, cookies, body: Buffer.from(body, encoding) };
}
