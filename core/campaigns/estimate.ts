import { rowsPerChildFor } from './concurrency.ts';
import { lastRowAt, type Plan } from './daily-quota.ts';

/** In us-east-1. https://aws.amazon.com/ses/pricing/ */
const SES_USD = 0.1 / 1_000;
/**
 * Everything of AWS beside SES for one email, at most, as docs/cost.md has it from the meter: most of it are writes to DynamoDB, state
 * transitions of Step Functions and, at slow rates, Lambda. An email that is an execution of its own takes more transitions than one of a batch.
 */
const AWS_USD = { ownExecution: 70 / 1_000_000, batched: 25 / 1_000_000 };

export interface Estimate {
  /** From the first to the last row; undefined when the quota of SES lets none leave. */
  seconds: number | undefined;
  perSecond: number;
  usd: number;
}

/** How long a campaign takes at this rate and within the daily quota, and what it costs at most at list prices. */
export function estimateOf(plan: Plan, { dryRun }: { dryRun: boolean }): Estimate {
  const { rows, perSecond, startAt } = plan;
  const seconds = dryRun ? rows / perSecond : (lastRowAt(plan) - startAt) / 1_000;
  const aws = rowsPerChildFor(rows, perSecond) === 1 ? AWS_USD.ownExecution : AWS_USD.batched;
  const usd = rows * (aws + (dryRun ? 0 : SES_USD));
  return {
    seconds: Number.isFinite(seconds) ? Math.ceil(seconds) : undefined,
    perSecond,
    usd: Math.ceil(usd * 10_000) / 10_000,
  };
}
