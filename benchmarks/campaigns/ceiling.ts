import type { Usage } from './measure.ts';

/**
 * Hard limits and default quotas of a large Region, a second. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html and
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const QUOTAS = { standardChildren: 100, expressChildren: 1_000, tokens: 500, transitions: 5_000, keyWrites: 1_000 };
/** Shards of the rows of a campaign, and rows of a child of RegisterRows: core/ledger/keys.ts, statemachines/campaign.asl.yaml. */
const SHARDS = 16;
const ROWS_PER_REGISTER = 12;
/** Write units of a row with 2 KB of content: state 1, content 3; and afterwards QUEUED, claimed, SENT. */
const REGISTER_UNITS = 4;
const SEND_UNITS = 3;
/** Of the index byStatus: a changed key is a deletion and a write, and the claim changes what it projects. */
const INDEX_SEND_UNITS = 5;

/**
 * Rows a second that one campaign can reach on AWS, by each limit on its way. `warmWrites` is the parameter WarmWritesPerSecond, 4,000 for a
 * new table. Nothing of this was measured on AWS.
 */
export function ceilings(
  { calls, transitions }: Usage,
  { rows, rowsPerChild, warmWrites }: { rows: number; rowsPerChild: number; warmWrites: number },
): Record<string, number> {
  return {
    'dispatch of SendRows': QUOTAS.standardChildren * rowsPerChild,
    'task tokens': (QUOTAS.tokens * rows) / (calls['states.SendTaskSuccess'] ?? Number.NaN),
    transitions: (QUOTAS.transitions * rows) / transitions,
    'writes of the table while sending': warmWrites / SEND_UNITS,
    'writes of byStatus while sending': warmWrites / INDEX_SEND_UNITS,
    'writes of a key while sending': (QUOTAS.keyWrites * SHARDS) / INDEX_SEND_UNITS,
    'dispatch of RegisterRows': QUOTAS.expressChildren * ROWS_PER_REGISTER,
    'writes of the table while registering': warmWrites / REGISTER_UNITS,
    'writes of a key while registering': (QUOTAS.keyWrites * SHARDS) / REGISTER_UNITS,
  };
}
