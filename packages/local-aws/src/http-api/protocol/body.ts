import type { IncomingMessage } from 'node:http';

/** After this much of a body that is not wanted the connection is closed. */
const MAX_DROPPED_BYTES = 1024 * 1024 * 1024;
const MAX_DROP_MS = 30_000;

/** The whole body; undefined when it is over `maxBytes`, and then its rest is left unread. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads and drops the rest of a body. Many clients, such as Python's and browsers, read an answer only after they have sent their whole
 * body: if the connection was closed before, they would see a broken connection instead of the answer. False when the rest is too long.
 */
export function dropRest(request: IncomingMessage, maxBytes = MAX_DROPPED_BYTES): Promise<boolean> {
  if (request.complete || request.destroyed) return Promise.resolve(true);
  return new Promise((resolve) => {
    let dropped = 0;
    const done = (whole: boolean) => {
      clearTimeout(timer);
      request.off('data', count);
      resolve(whole);
    };
    const timer = setTimeout(() => done(false), MAX_DROP_MS);
    const count = (chunk: Buffer) => {
      dropped += chunk.length;
      if (dropped > maxBytes) done(false);
    };
    request.on('data', count);
    for (const event of ['end', 'close', 'error']) request.once(event, () => done(true));
    request.resume();
  });
}
