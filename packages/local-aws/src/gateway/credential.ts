import type { IncomingMessage } from 'node:http';
import { LOCAL_REGION } from '../identity.ts';

/** What a SigV4 credential says: whose key, and for which service and region. */
export interface Credential {
  readonly accessKeyId: string;
  readonly region: string;
  /** Empty where the request is not signed. */
  readonly service: string;
}

const ANONYMOUS: Credential = { accessKeyId: '', region: LOCAL_REGION, service: '' };
/** The same caller's scope repeats all day; parsing it once is enough. */
const parsed = new Map<string, Credential>();

/** Reads the credential of the Authorization header or of a presigned query; signatures are not verified. */
export function credentialOf(request: IncomingMessage, query: URLSearchParams | undefined): Credential {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const start = authorization.indexOf('Credential=');
    if (start === -1) return ANONYMOUS;
    const end = authorization.indexOf(',', start);
    return parse(authorization.slice(start + 11, end === -1 ? undefined : end).trim());
  }
  const presigned = query?.get('X-Amz-Credential');
  return presigned ? parse(presigned) : ANONYMOUS;
}

function parse(scope: string): Credential {
  const known = parsed.get(scope);
  if (known) return known;
  const [accessKeyId = '', , region = LOCAL_REGION, service = ''] = scope.split('/');
  const credential = { accessKeyId, region, service };
  // Bounded: a client with random keys must not fill the memory.
  if (parsed.size > 1_000) parsed.clear();
  parsed.set(scope, credential);
  return credential;
}
