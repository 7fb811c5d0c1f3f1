import { type LocalRoute, problem } from '../gateway/local-routes.ts';
import { estimateUsd, NO_TRANSITIONS, type Transitions } from './estimate.ts';
import type { Meter } from './meter.ts';

/** Asks the engine for the transitions of a campaign, or of all. */
export type TransitionsOf = (batchId: string | undefined) => Promise<Transitions>;

/** `GET /_local/usage?batchId=`. */
export const usageRoute =
  (meter: Meter, transitionsOf: TransitionsOf = async () => NO_TRANSITIONS): LocalRoute =>
  async ({ method, query }) => {
    if (method !== 'GET') return problem(405, 'Usage is read with GET');
    const batchId = query.get('batchId') || undefined;
    const tally = meter.tally(batchId);
    const transitions = await transitionsOf(batchId);
    return {
      status: 200,
      body: {
        calls: Object.fromEntries(Object.entries(tally.calls).sort(([a], [b]) => (a < b ? -1 : 1))),
        throttled: tally.throttled,
        transitions: transitions.standard,
        estimatedUsd: estimateUsd(tally, transitions),
      },
    };
  };
