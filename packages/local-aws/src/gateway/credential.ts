import type { IncomingMessage } from 'node:http';
import { LOCAL_REGION } from '../identity.ts';

/** The parts of a SigV4 credential. */
export interface Credential {
  readonly accessKeyId: string;
  readonly region: string;
  /** Empty if the request is not signed. */
  readonly service: string;
}

const ANONYMOUS: Credential = { accessKeyId: '', region: LOCAL_REGION, service: '' };
/** Parsed credentials by their text: each caller sends the same one all day. */
const parsed = new Map<string, Credential>();

/** Reads the credential from the Authorization header or a presigned query. Signatures are verified by S3 only, of presigned addresses. */
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
  // The map is bounded, so that a client with random keys cannot fill the memory.
  if (parsed.size > 1_000) parsed.clear();
  parsed.set(scope, credential);
  return credential;
}
