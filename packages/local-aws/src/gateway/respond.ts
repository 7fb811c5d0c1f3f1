import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AwsResponse } from './types.ts';

/** Writes an answer; a stream is piped, anything else leaves in one piece. */
export async function respond(out: ServerResponse, response: AwsResponse): Promise<void> {
  const { status, headers, body } = response;
  if (body instanceof Readable) {
    out.writeHead(status, headers);
    await pipeline(body, out);
    return;
  }
  // A HEAD answer tells the length of a body that it does not carry.
  if (headers['content-length'] !== undefined) out.writeHead(status, headers);
  else out.writeHead(status, { ...headers, 'content-length': body === undefined ? 0 : Buffer.byteLength(body) });
  out.end(body);
}
