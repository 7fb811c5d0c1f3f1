import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

/** What local AWS adds to a page of this machine. */
const SETTINGS = 'globalThis.PREGON_LOCAL={"apiKey":"test-key","aws":"/_aws"}';
/** As strict as the product's own answers, with the hash of the settings as local AWS adds it. */
const POLICY = [
  "default-src 'self'",
  `script-src 'self' 'sha256-${createHash('sha256').update(SETTINGS).digest('base64')}'`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
].join('; ');

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the built console as the stack does: every client route answers `index.html`, `/_aws` reaches the AWS endpoint,
 * and the page is told that it is local unless `deployed`.
 */
export async function servePages(
  folder: string,
  aws: string | undefined,
  { deployed = false }: { deployed?: boolean } = {},
): Promise<PageServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://local');
    const answer = pathname.startsWith('/_aws')
      ? proxy(request, response, aws)
      : serve(folder, pathname, response, deployed);
    answer.catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  return { url: await listen(server), close: () => close(server) };
}

/** Listens on a free loopback port and gives the address. */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** Stops a server and the connections that browsers keep open. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** The whole body of a request or an answer. */
export async function bodyOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

async function proxy(request: IncomingMessage, response: ServerResponse, aws: string | undefined): Promise<void> {
  if (aws === undefined) throw new Error('There is no AWS endpoint in this test');
  const headers = ['content-type', 'x-amz-target', 'authorization'].flatMap((name) => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  const answer = await fetch(aws, { method: 'POST', headers, body: await bodyOf(request) });
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(await answer.text());
}

async function serve(folder: string, pathname: string, response: ServerResponse, deployed: boolean): Promise<void> {
  const asset = /^\/console\/(assets\/.+)$/.exec(normalize(pathname))?.[1];
  const file = asset ?? 'index.html';
  let content = await readFile(join(folder, file));
  if (file === 'index.html' && !deployed) {
    content = Buffer.from(content.toString('utf8').replace('<head>', `<head><script>${SETTINGS}</script>`));
  }
  const contentType = TYPES[extname(file)] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': contentType, 'content-security-policy': POLICY }).end(content);
}
