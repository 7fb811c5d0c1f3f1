import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOCAL_REGION } from '../identity.ts';
import { credentialOf } from './credential.ts';
import { AwsError, ConnectionDropped } from './errors.ts';
import { isForeignPage } from './guard-browser.ts';
import { readBody, respond } from './http.ts';
import { type LocalAnswer, type LocalRequest, type LocalRoute, type LocalRoutes, problem } from './local-routes.ts';
import { identify } from './principals.ts';
import { renderError } from './protocols.ts';
import { operationOf, route, serviceOf } from './routing.ts';
import type { AwsRequest, AwsResponse, Principal, ServiceHandler, Step } from './types.ts';

export interface GatewayOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** By SigV4 service name. Looked up at each call, so services may be added after the start. */
  readonly services: Map<string, ServiceHandler>;
  /** Roles by access key id (`accessKeyFor`). Entries may be added after the start. */
  readonly identities: Map<string, Principal>;
  /** Steps between `identify` and `route`, in this order. */
  readonly steps?: readonly Step[];
  /** Routes of the endpoint itself. Entries may be added after the start. */
  readonly localRoutes?: LocalRoutes;
  /** Receives errors that are not AWS errors: failures of local AWS itself. */
  readonly onError?: (error: unknown, request: { service: string; operation: string }) => void;
}

/** A call from within this process. It passes the chain like any other, without HTTP. */
export interface InternalCall {
  readonly service: string;
  readonly operation: string;
  readonly accessKeyId?: string;
  /** The caller, if it has no access key: a service of AWS. */
  readonly principal?: Principal;
  /** For REST services; `/` by default. */
  readonly path?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

export interface Gateway {
  readonly port: number;
  /** `http://127.0.0.1:4566` */
  readonly url: string;
  call(call: InternalCall): Promise<AwsResponse>;
  close(): Promise<void>;
}

const NO_QUERY = new URLSearchParams();
const FAILED = 'Local AWS failed; see its log';
const EMPTY = Buffer.alloc(0);

/** Starts the endpoint of all services. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { services, identities, steps = [], localRoutes = new Map(), onError } = options;
  const host = options.host ?? '127.0.0.1';
  const chain = [identify(identities), ...steps].reduceRight<ServiceHandler>(
    (next, step) => (request) => step(request, next),
    route(services),
  );

  const answer = async (request: AwsRequest): Promise<AwsResponse> => {
    try {
      return await chain(request);
    } catch (error) {
      if (error instanceof AwsError) return renderError(request, error);
      if (error instanceof ConnectionDropped) throw error;
      onError?.(error, request);
      const failure = new AwsError('InternalFailure', FAILED, 500);
      return renderError(request, failure);
    }
  };

  const answerLocal = async (local: LocalRoute, request: LocalRequest, path: string): Promise<LocalAnswer> => {
    try {
      return await local(request);
    } catch (error) {
      onError?.(error, { service: 'gateway', operation: path });
      return problem(500, FAILED);
    }
  };

  const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0 }, (incoming, out) => {
    handle(incoming, out).catch((error: unknown) => {
      if (!(error instanceof ConnectionDropped) && !incoming.destroyed) {
        onError?.(error, { service: 'gateway', operation: incoming.url ?? '' });
      }
      out.destroy();
    });
  });

  async function handle(incoming: IncomingMessage, out: ServerResponse): Promise<void> {
    const url = incoming.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    const query = mark === -1 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1));
    if (isForeignPage(incoming)) {
      await respond(
        out,
        localJson(403, { status: 403, detail: 'Only pages served from this machine may call this endpoint' }),
      );
      return;
    }
    if (path.startsWith('/_local/')) {
      const local = localRoutes.get(path);
      const body = await readBody(incoming);
      const answered = local
        ? await answerLocal(local, { method: incoming.method ?? 'GET', query, body }, path)
        : problem(404, `There is no ${path}`);
      await respond(out, localJson(answered.status, answered.body));
      return;
    }
    const { accessKeyId, region, service: signedFor } = credentialOf(incoming, query);
    const service = serviceOf(incoming, path, signedFor);
    const streams = service === 's3';
    const requestWith = (body: Buffer): AwsRequest => ({
      service,
      operation: operationOf(service, incoming, path, query, body),
      requestId: randomUUID(),
      region,
      method: incoming.method ?? 'GET',
      path,
      query,
      headers: incoming.headers,
      body,
      principal: { kind: 'administrator', accessKeyId },
      ...(streams ? { stream: incoming } : {}),
    });
    const body = streams ? EMPTY : await readBody(incoming).catch(tooLarge);
    const response = body instanceof AwsError ? renderError(requestWith(EMPTY), body) : await answer(requestWith(body));
    await respond(out, response);
    // A response may be sent before the whole body was read. The connection can be reused only after the rest is read.
    if (!incoming.readableEnded) incoming.resume();
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`,
    call: ({ service, operation, accessKeyId = '', principal, path = '/', headers = {}, body }) =>
      answer({
        service,
        operation,
        requestId: randomUUID(),
        region: LOCAL_REGION,
        method: 'POST',
        path,
        query: NO_QUERY,
        headers,
        body: Buffer.from(body),
        principal: principal ?? { kind: 'administrator', accessKeyId },
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function tooLarge(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}

function localJson(status: number, body: unknown): AwsResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
