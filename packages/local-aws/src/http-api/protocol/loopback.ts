import type { IncomingMessage } from 'node:http';
import { isForeignPage } from '../../gateway/guard-browser.ts';

const LOOPBACK_HOST = /^(localhost|[a-z0-9-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
const LOOPBACK_ADDRESS = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/;

/**
 * Whether a request comes from this machine and is addressed to it. The host name is checked too, because a foreign page may use
 * DNS rebinding, and would then get the page settings or the AWS endpoint.
 */
export function isLoopback(request: IncomingMessage): boolean {
  return (
    LOOPBACK_HOST.test(request.headers.host ?? '') &&
    LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '') &&
    !isForeignPage(request)
  );
}
