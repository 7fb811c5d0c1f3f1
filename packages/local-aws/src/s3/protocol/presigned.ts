import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../../gateway/errors.ts';
import type { AwsRequest } from '../../gateway/types.ts';
import { LOCAL_SECRET_KEY } from '../../identity.ts';

/**
 * Checks a presigned request as S3 does: its expiry, its signed headers and, for the sessions of the template's roles, its signature. So a
 * signed Content-Length or checksum holds. The secret keys of other callers are not known here, so their signatures are not checked.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function checkPresigned(request: AwsRequest, query: ReadonlyMap<string, string>, now: number): void {
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('x-amz-date') ?? '');
  const seconds = Number(query.get('x-amz-expires'));
  if (!stamp || !(seconds > 0 && seconds <= 604_800)) {
    throw new AwsError(
      'AuthorizationQueryParametersError',
      'X-Amz-Date and X-Amz-Expires are required, and X-Amz-Expires is at most a week',
      400,
    );
  }
  const [year, month, day, hour, minute, second] = stamp.slice(1).map(Number);
  const signedAt = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  if (now > signedAt + seconds * 1000) throw new AwsError('AccessDenied', 'Request has expired', 403);
  const signedHeaders = (query.get('x-amz-signedheaders') ?? '').split(';');
  for (const name of signedHeaders) {
    if (name !== '' && request.headers[name] === undefined) {
      throw new AwsError('SignatureDoesNotMatch', `The address was signed for a request with the header ${name}`, 403);
    }
  }
  const unsigned = Object.keys(request.headers).find(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (unsigned !== undefined) {
    throw new AwsError(
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned}`,
      403,
    );
  }
  if (request.principal.kind === 'role') checkSignature(request, query, signedHeaders);
}

function checkSignature(
  request: AwsRequest,
  query: ReadonlyMap<string, string>,
  signedHeaders: readonly string[],
): void {
  const [, day = '', region = '', service = ''] = (query.get('x-amz-credential') ?? '').split('/');
  const canonical = [
    request.method,
    request.path,
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${headerText(request.headers[name])}`),
    '',
    signedHeaders.join(';'),
    query.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const hashed = createHash('sha256').update(canonical).digest('hex');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${LOCAL_SECRET_KEY}`);
  const expected = hmac(key, ['AWS4-HMAC-SHA256', query.get('x-amz-date'), scope, hashed].join('\n'));
  const given = Buffer.from(query.get('x-amz-signature') ?? '', 'hex');
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    403,
  );
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const headerText = (value: string | string[] | undefined) =>
  String(value ?? '')
    .trim()
    .replace(/ +/g, ' ');

const canonicalQuery = (query: URLSearchParams) =>
  [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** As RFC 3986, which also encodes what encodeURIComponent leaves. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
