import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { AwsError } from './errors.ts';
import type { AwsResponse, ServiceHandler } from './types.ts';

/** Headers that are about one connection only. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'expect', 'content-length']);

export interface Forwarder {
  readonly handler: ServiceHandler;
  close(): void;
}

/** Passes a service's calls on to a server of this machine, unread, over connections that stay open. */
export function forwardTo(address: { host: string; port: number }): Forwarder {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 256 });
  const handler: ServiceHandler = (request) =>
    new Promise<AwsResponse>((resolve, reject) => {
      const out = httpRequest({
        ...address,
        agent,
        method: request.method,
        path: request.query.size === 0 ? request.path : `${request.path}?${request.query}`,
        headers: forwardedHeaders(request.headers, request.body.length),
      });
      out.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
          resolve({ status: incoming.statusCode ?? 502, headers: answeredHeaders(incoming.headers), body });
        });
      });
      out.on('error', (error) => {
        const refused = 'code' in error && error.code === 'ECONNREFUSED';
        reject(refused ? new AwsError('ServiceUnavailable', `${request.service} is not running`, 503) : error);
      });
      out.end(request.body);
    });
  return { handler, close: () => agent.destroy() };
}

function forwardedHeaders(headers: IncomingHttpHeaders, length: number): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = { 'content-length': String(length) };
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !HOP_BY_HOP.has(name)) result[name] = value;
  }
  return result;
}

function answeredHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string' && !HOP_BY_HOP.has(name)) result[name] = value;
  }
  return result;
}
