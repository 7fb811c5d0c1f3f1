import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { accessKeyFor } from '../../identity.ts';

export interface AwsCall {
  /** SigV4 service name. */
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Buffer | Readable;
  /** The role whose credentials the call uses; by default those of an administrator. */
  readonly roleArn?: string;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Header names as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** A call in one of AWS's JSON protocols, as it crosses threads. */
export interface JsonCall {
  readonly service: string;
  readonly operation: string;
  /** Access key id of the caller. */
  readonly accessKeyId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Calls the endpoint without HTTP, if the engine runs in the same process. */
export type CallJson = (call: JsonCall) => Promise<JsonAnswer>;

/** The maximum number of sockets, so that 1,000 children that start together do not open 1,000 connections. */
const SOCKETS = 128;

/** Reads a whole body. Listeners take a third of the time of iterating over the stream. */
export function readAll(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    message.on('error', reject);
    message.on('aborted', () => reject(new Error('The connection was closed before the body was complete')));
  });
}

/** Calls the AWS endpoint over keep-alive connections. */
export class AwsHttp {
  readonly endpoint: URL;
  readonly region: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  /** A function may take 15 minutes, so its call must not delay short calls. */
  readonly #longAgent = new Agent({ keepAlive: true });
  readonly #credentials = new Map<string, string>();
  readonly #callJson: CallJson | undefined;

  /** With `callJson` calls in the JSON protocols need no connection. */
  constructor(endpoint: string, region: string, callJson?: CallJson) {
    this.endpoint = new URL(endpoint);
    this.region = region;
    this.#callJson = callJson;
  }

  /** Returns the response with its whole body. @throws errors of the connection */
  async call(call: AwsCall): Promise<AwsAnswer> {
    if (this.#callJson && typeof call.body === 'string') {
      const target = String(call.headers?.['x-amz-target'] ?? '');
      if (target !== '') return direct(this.#callJson, { ...call, body: call.body, target });
    }
    const response = await this.open(call);
    const body = await readAll(response);
    return { status: response.statusCode ?? 0, headers: response.headers, rawHeaders: response.rawHeaders, body };
  }

  /** Returns the response after its headers arrived. The caller must read the body. */
  open(call: AwsCall): Promise<IncomingMessage> {
    const { hostname, port } = this.endpoint;
    const { body } = call;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: call.service === 'lambda' ? this.#longAgent : this.#agent,
          hostname,
          port,
          method: call.method,
          path: call.path,
          headers: {
            ...call.headers,
            ...((typeof body === 'string' || Buffer.isBuffer(body)) && { 'content-length': Buffer.byteLength(body) }),
            authorization: this.#authorization(call.service, call.roleArn),
          },
        },
        resolve,
      );
      outgoing.on('error', reject);
      if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) outgoing.end(body);
      else body.on('error', (error) => outgoing.destroy(error)).pipe(outgoing);
    });
  }

  close(): void {
    this.#agent.destroy();
    this.#longAgent.destroy();
  }

  /** The endpoint identifies the caller by the access key id and does not verify the signature. */
  #authorization(service: string, roleArn = ''): string {
    const name = `${service} ${roleArn}`;
    const known = this.#credentials.get(name);
    if (known !== undefined) return known;
    const scope = `${keyOf(roleArn)}/20260101/${this.region}/${service}/aws4_request`;
    const header = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=local`;
    this.#credentials.set(name, header);
    return header;
  }
}

const keyOf = (roleArn = ''): string => (roleArn === '' ? 'LOCALADMINISTRATOR' : accessKeyFor(roleArn));

async function direct(callJson: CallJson, call: AwsCall & { body: string; target: string }): Promise<AwsAnswer> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.headers ?? {})) headers[name] = String(value);
  const answer = await callJson({
    service: call.service,
    operation: call.target.slice(call.target.indexOf('.') + 1),
    accessKeyId: keyOf(call.roleArn),
    headers,
    body: call.body,
  });
  return { ...answer, rawHeaders: Object.entries(answer.headers).flat(), body: Buffer.from(answer.body) };
}
