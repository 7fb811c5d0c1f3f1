import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as overHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';
import { type Clock, startTimer } from '../clock.ts';

/** One call of a provider's HTTP API. */
export interface HttpCall {
  url: URL;
  method?: 'POST' | 'GET';
  headers: Readonly<Record<string, string>>;
  body: string;
  /** For the connection, including TLS. */
  connectTimeoutMs?: number;
  /** For the whole call. */
  timeoutMs: number;
  clock: Clock;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** At most its first 64 KB. Empty when the connection broke after the status. */
  body: string;
}

/** Thrown when no status came back. `sent` is false only when no byte of the request can have left this machine. */
export class HttpCallFailed extends Error {
  readonly sent: boolean;

  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HttpCallFailed';
    this.sent = sent;
  }
}

const CONNECT_TIMEOUT_MS = 3000;
const MAX_BODY = 64 * 1024;

// Idle connections are closed before a server closes them. 5 s is the shortest keep-alive in wide use (Node's own).
const agentOptions = { keepAlive: true, timeout: 4000, maxFreeSockets: 16 };
const agents = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) };

/**
 * Makes one call and resolves to its answer, whatever the status. `fetch` is not used, because it does not tell whether a failed request
 * was sent, which decides whether it may be sent again. Throws HttpCallFailed.
 */
export function httpCall(call: HttpCall): Promise<HttpAnswer> {
  const { url, method = 'POST', headers, body, timeoutMs, connectTimeoutMs = CONNECT_TIMEOUT_MS, clock } = call;
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    let sent = false;
    let request: ClientRequest;
    try {
      request = (secure ? overHttps : overHttp)(url, {
        method,
        agent: secure ? agents.https : agents.http,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      });
    } catch (error) {
      // A header is not valid, such as a key with a line break.
      reject(new HttpCallFailed(`${url.host}: ${error instanceof Error ? error.message : error}`, false));
      return;
    }
    const stop = (error: Error) => {
      cancelTimers();
      request.destroy();
      reject(new HttpCallFailed(`${url.host}: ${reasonOf(error)}`, sent, { cause: error }));
    };
    let answered = false;
    const cancelOverall = startTimer(clock, timeoutMs, () => {
      if (answered) request.destroy();
      else stop(new Error(`no answer within ${timeoutMs} ms`));
    });
    const cancelConnecting = startTimer(clock, connectTimeoutMs, () =>
      stop(new Error(`no connection within ${connectTimeoutMs} ms`)),
    );
    const cancelTimers = () => {
      cancelOverall();
      cancelConnecting();
    };

    request.once('socket', (socket) => {
      const leaves = () => {
        sent = true;
        cancelConnecting();
      };
      // The request is sent as soon as the connection is open. A reused connection is open already.
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', leaves);
      else leaves();
    });
    request.once('error', stop);
    request.once('response', (response) => {
      answered = true;
      bodyOf(response).then((text) => {
        cancelTimers();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    request.end(body);
  });
}

/** The status decides about the call, so a body that breaks off is not a failure. */
function bodyOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    response.on('data', (part: Buffer) => {
      if (size < MAX_BODY) parts.push(part);
      size += part.length;
    });
    response.once('close', () => resolve(Buffer.concat(parts).subarray(0, MAX_BODY).toString('utf8')));
    response.once('error', () => undefined);
  });
}

function reasonOf(error: Error & { code?: string }): string {
  // A host with several addresses fails with one error for each.
  const first = error instanceof AggregateError ? error.errors[0] : undefined;
  const inner: Error & { code?: string } = first instanceof Error ? first : error;
  return inner.message || inner.code || 'the connection failed';
}
