import { type LocalRoute, problem } from '../gateway/local-routes.ts';
import type { LambdaRuntime } from './runtime.ts';

const DEFAULT_LIMIT = 200;
const MAX_LIMIT = 2_000;

/** `GET /_local/logs?function=&requestId=&from=&to=&limit=`: what a function, named or by its ARN, has logged. Times are ISO 8601. */
export const logsRoute =
  (runtime: LambdaRuntime): LocalRoute =>
  async ({ method, query }) => {
    if (method !== 'GET') return problem(405, 'Logs can only be read, with GET');
    const spec = runtime.find(query.get('function') ?? '');
    if (spec === undefined) return problem(404, 'There is no such function');
    const from = timeOf(query.get('from'), 0);
    const to = timeOf(query.get('to'), Number.MAX_SAFE_INTEGER);
    const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
    if (Number.isNaN(from) || Number.isNaN(to)) return problem(400, 'from and to must be times in ISO 8601');
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      return problem(400, `limit must be 1 to ${MAX_LIMIT}`);
    }
    const requestId = query.get('requestId') || undefined;
    const lines = await runtime.readLogs(spec.name, { from, to, limit, ...(requestId && { requestId }) });
    return { status: 200, body: { function: spec.name, lines } };
  };

const timeOf = (text: string | null, missing: number): number => (text ? Date.parse(text) : missing);
