import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Host names that lead to this machine and that nobody else can own. With any other name a web page could reach the endpoint by DNS
 * rebinding. Names without a dot and below `.local` are not among them: every machine of a network can answer for them (LLMNR, mDNS).
 */
const LOCAL_NAME = /^(?:localhost|.+\.(?:localhost|internal|amazonaws\.com))$/i;
const LOOPBACK_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;
/** The names seen are kept, up to this number, because each caller sends the same one all day. */
const MAX_KNOWN_HOSTS = 1_000;

export interface AcceptedCallers {
  /** Further host names by which the endpoint may be called. */
  readonly hosts?: readonly string[];
  /** Further origins of pages that may call it; `*` for all. */
  readonly origins?: readonly string[];
}

/** Why a request is refused: the host name or the origin that is not accepted. */
export type Foreign = { host: string } | { origin: string };

/**
 * Makes a check for requests of web pages of other sites, which could otherwise read and write everything here while the user visits
 * them. A page of the endpoint's own origin, or of another port of this machine, is accepted.
 */
export function browserGuard({ hosts = [], origins = [] }: AcceptedCallers = {}) {
  const accepted = new Set(hosts.map((host) => host.toLowerCase()));
  const known = new Set<string>();

  function isAcceptedHost(host: string): boolean {
    if (known.has(host)) return true;
    const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    if (isIP(name) === 0 && !LOCAL_NAME.test(name) && !accepted.has(name.toLowerCase())) return false;
    if (known.size < MAX_KNOWN_HOSTS) known.add(host);
    return true;
  }

  return function foreign({ headers: { origin, host } }: IncomingMessage): Foreign | undefined {
    if (host !== undefined && !isAcceptedHost(host)) return { host };
    if (origin === undefined || LOOPBACK_ORIGIN.test(origin)) return undefined;
    const isOwn = host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
    return isOwn || origins.includes(origin) || origins.includes('*') ? undefined : { origin };
  };
}

const foreignToAll = browserGuard();

/** Whether a request comes from a web page of another site. */
export const isForeignPage = (request: IncomingMessage): boolean => foreignToAll(request) !== undefined;
