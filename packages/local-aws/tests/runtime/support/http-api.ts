import type { Server } from 'node:http';
import { afterEach } from '@jest/globals';
import {
  type AuthorizerSpec,
  type HttpApiSpec,
  type RouteSpec,
  segmentsOf,
} from '../../../src/http-api/definitions.ts';
import { type HttpApiOptions, HttpApiServer, listenHttpApi } from '../../../src/http-api/server.ts';
import { type LimitSettings, limitsOf } from '../../../src/limits/limits.ts';

/** Answers an event of a function; an Error fails it. */
export type Invoke = (functionArn: string, event: Record<string, unknown>) => unknown;

export const authorizer: AuthorizerSpec = {
  id: 'a',
  functionArn: 'authorizer',
  identitySources: [{ header: 'authorization' }],
  ttlSeconds: 60,
};

export const route = (routeKey: string, functionArn: string, changes: Partial<RouteSpec> = {}): RouteSpec => {
  const [method = 'ANY', path = ''] = routeKey.split(' ');
  return { routeKey, method, path, segments: segmentsOf(path), functionArn, timeoutMs: 30_000, ...changes };
};

/** The server of a test. */
export const running = { listening: undefined as unknown as Server, base: '', free: 1_000 };
let server: HttpApiServer | undefined;

afterEach(async () => {
  await server?.close();
});

/** Serves these routes until the test ends. */
export async function serve(
  routes: RouteSpec[],
  invoke: Invoke,
  changes: {
    open?: boolean;
    allowHosts?: string[];
    api?: Partial<HttpApiSpec>;
    requestTimeoutMs?: number;
    limits?: LimitSettings;
    onThrottled?: () => void;
    refusal?: HttpApiOptions['refusal'];
  } = {},
) {
  const listening = await listenHttpApi(0, '127.0.0.1', changes.requestTimeoutMs);
  server = new HttpApiServer(listening, {
    api: { apiId: 'api', stage: '$default', routes, ...changes.api },
    runtime: {
      invoke: async (arn, payload) => {
        const result = await invoke(arn, JSON.parse(payload));
        return result instanceof Error
          ? { requestId: 'r', payload: '{"errorType":"E"}', functionError: 'Unhandled' as const }
          : { requestId: 'r', payload: JSON.stringify(result ?? null) };
      },
    },
    account: '000000000000',
    refusal: changes.refusal ?? (() => undefined),
    region: 'us-east-1',
    awsEndpoint: 'http://127.0.0.1:1',
    page: { global: 'SETTINGS', values: { apiKey: 'key</script>' } },
    open: changes.open ?? false,
    allowHosts: changes.allowHosts ?? [],
    descriptors: { scarce: true, free: () => running.free },
    endIdleInstance: async () => false,
    limits: limitsOf(changes.limits),
    ...(changes.onThrottled && { onThrottled: changes.onThrottled }),
    onProblem: () => undefined,
  });
  running.listening = listening;
  running.base = `http://127.0.0.1:${server.port}`;
}

export const get = (path: string, headers: Record<string, string> = {}) => fetch(`${running.base}${path}`, { headers });
export const echo: Invoke = (_arn, event) => event;
/** One request, and hardly another ever. */
export const ONCE = { bucket: 1, perSecond: 1e-9 };
