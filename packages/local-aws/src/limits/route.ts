import { type LocalRoute, problem } from '../gateway/local-routes.ts';
import type { Limits } from './limits.ts';

/**
 * `GET /_local/limits`: the limits in force, and how often each quota of calls has refused one since the start. A size that is not
 * limited is null, a quota or pace that is off is missing.
 */
export const limitsRoute =
  ({ calls, paces, max }: Limits, throttled: ReadonlyMap<string, number>): LocalRoute =>
  ({ method }) => {
    if (method !== 'GET') return problem(405, 'Limits are read with GET. They are set at the start');
    return { status: 200, body: { calls, paces, max, throttled: Object.fromEntries(throttled) } };
  };
