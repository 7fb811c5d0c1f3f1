import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Names that no web page elsewhere can own: it could otherwise reach this endpoint by rebinding its own name. */
const LOCAL_NAME = /^(?:[^.]+|.+\.(?:localhost|local|internal|amazonaws\.com))$/;
const LOOPBACK_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;
const allowedHosts = new Set<string>();

/**
 * Refuses what only a web page from elsewhere would send: signatures are not verified here, so any page that the
 * user visits could otherwise read the mailbox or write to the tables.
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
