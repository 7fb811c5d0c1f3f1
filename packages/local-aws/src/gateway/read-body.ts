import type { IncomingMessage } from 'node:http';
import { AwsError } from './errors.ts';

/** The largest request of a service that is not streamed: DynamoDB's 16 MB. */
const MAX_BODY = 16 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

/** Gathers a request's body. Most are one chunk, which is passed on as it is. */
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
      if (!request.complete) reject(new Error('The client went away before its request was complete'));
    });
  });
}
