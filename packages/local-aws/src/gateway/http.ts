import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsError } from './errors.ts';
import type { AwsResponse } from './types.ts';

/** The largest request of a service that is not streamed: DynamoDB's 16 MB. */
const MAX_BODY = 16 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

/** Reads a request's whole body. A body of one chunk, which most are, is not copied. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY) {
        reject(new AwsError('RequestEntityTooLargeException', `The request is larger than ${MAX_BODY} bytes`, 413));
        return;
      }
      if (!first) first = chunk;
      else if (more) more.push(chunk);
      else more = [first, chunk];
    });
    request.on('end', () => resolve(more ? Buffer.concat(more, length) : (first ?? EMPTY)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('The client disconnected before its request was complete'));
    });
  });
}

/** Writes a response. A stream is piped; any other body is written at once. */
export async function respond(out: ServerResponse, response: AwsResponse): Promise<void> {
  const { status, headers, body } = response;
  if (body instanceof Readable) {
    out.writeHead(status, headers);
    await pipeline(body, out);
    return;
  }
  // The response to a HEAD has the length of a body that it does not carry.
  if (headers['content-length'] !== undefined) out.writeHead(status, headers);
  else out.writeHead(status, { ...headers, 'content-length': body === undefined ? 0 : Buffer.byteLength(body) });
  out.end(body);
}
