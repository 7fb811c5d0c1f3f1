import { type LocalRoute, problem } from '../gateway/local-routes.ts';
import { estimateUsd, NO_TRANSITIONS, type Transitions } from './estimate.ts';
import type { Meter, UsageGroups } from './meter.ts';

/** Asks the engine for the transitions of the executions of one name, or of all. */
export type TransitionsOf = (name: string | undefined) => Promise<Transitions>;

/** `GET /_local/usage`, with the parameter of the groups to read one group's usage. */
export const usageRoute =
  (meter: Meter, transitionsOf: TransitionsOf = async () => NO_TRANSITIONS, groups?: UsageGroups): LocalRoute =>
  async ({ method, query }) => {
    if (method !== 'GET') return problem(405, 'Usage is read with GET');
    const group = (groups && query.get(groups.parameter)) || undefined;
    const tally = meter.tally(group);
    const transitions = await transitionsOf(group);
    return {
      status: 200,
      body: {
        calls: Object.fromEntries(Object.entries(tally.calls).sort(([a], [b]) => (a < b ? -1 : 1))),
        throttled: tally.throttled,
        transitions: transitions.standard,
        units: { read: tally.readUnits, write: tally.writeUnits },
        estimatedUsd: estimateUsd(tally, transitions),
      },
    };
  };
