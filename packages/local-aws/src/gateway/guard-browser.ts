import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Host names that nobody can register. With any other name a web page could reach this endpoint by DNS rebinding. */
const LOCAL_NAME = /^(?:[^.]+|.+\.(?:localhost|local|internal|amazonaws\.com))$/;
const LOOPBACK_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;
const allowedHosts = new Set<string>();

/**
 * Whether a request comes from a web page of another site. Signatures are not verified, so such a page could otherwise
 * read and write everything here while the user visits it.
 */
export function isForeignPage(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (origin !== undefined && !LOOPBACK_ORIGIN.test(origin)) return true;
  if (host === undefined || allowedHosts.has(host)) return false;
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  if (isIP(name) === 0 && !LOCAL_NAME.test(name)) return true;
  if (allowedHosts.size < 1_000) allowedHosts.add(host);
  return false;
}
