import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

/** Path of the AWS endpoint at the API's own origin. */
export const AWS_PREFIX = '/_aws';

/** Whether a path of the API's origin leads to the AWS endpoint. */
export const isLocalPath = (path: string): boolean =>
  path === AWS_PREFIX || path.startsWith(`${AWS_PREFIX}/`) || path.startsWith('/_local/');

/** Passes `/_aws/*` and `/_local/*` on to the AWS endpoint, so that pages need no other origin. */
export class LocalProxy {
  private readonly awsEndpoint: string;
  private readonly agent = new Agent({ keepAlive: true });

  constructor(awsEndpoint: string) {
    this.awsEndpoint = awsEndpoint;
  }

  pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const url = incoming.url ?? '/';
    const path = url.startsWith(AWS_PREFIX) ? url.slice(AWS_PREFIX.length) || '/' : url;
    const { host: _host, connection: _connection, ...headers } = incoming.headers;
    const target = new URL(this.awsEndpoint);
    const upstream = httpRequest(
      {
        host: target.hostname,
        port: target.port,
        method: incoming.method,
        path: path.startsWith('/') ? path : `/${path}`,
        headers,
        agent: this.agent,
      },
      (answer) => {
        const { connection: _closed, 'transfer-encoding': _chunked, ...passed } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, passed);
        answer.pipe(outgoing);
      },
    );
    upstream.on('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy(error);
      else outgoing.writeHead(502, { 'content-type': 'application/json' }).end('{"message":"Bad Gateway"}');
    });
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  }

  close(): void {
    this.agent.destroy();
  }
}
