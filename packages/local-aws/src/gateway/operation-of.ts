import type { IncomingMessage } from 'node:http';
import { s3Operation } from '../s3/protocol/operation.ts';

/** Names the API operation of a request, for metering and for the services themselves. */
export function operationOf(
  service: string,
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
  body: Buffer,
): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.indexOf('.') + 1);
  const method = request.method ?? 'GET';
  if (path.startsWith('/_providers/')) return `${method} ${path.slice(path.indexOf('/', '/_providers/'.length))}`;
  switch (service) {
    case 's3':
      return s3Operation(method, path, query, request.headers);
    case 'ses':
      return sesOperation(method, path);
    case 'lambda':
      return path.endsWith('/invocations') ? 'Invoke' : `${method} ${path}`;
    default:
      return new URLSearchParams(body.toString()).get('Action') ?? query.get('Action') ?? `${method} ${path}`;
  }
}

function sesOperation(method: string, path: string): string {
  if (method === 'POST' && path === '/v2/email/outbound-emails') return 'SendEmail';
  if (method === 'GET' && path === '/v2/email/account') return 'GetAccount';
  if (method === 'GET' && path === '/v2/email/identities') return 'ListEmailIdentities';
  if (method === 'GET' && path.startsWith('/v2/email/identities/')) return 'GetEmailIdentity';
  return `${method} ${path}`;
}
