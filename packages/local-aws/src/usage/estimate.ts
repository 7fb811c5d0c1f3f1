import { PRICES } from './prices.ts';
import type { Tally } from './tally.ts';

/** State transitions and express runs as the engine counts them. */
export interface Transitions {
  readonly standard: number;
  readonly expressRequests: number;
  readonly expressGbSeconds: number;
}

export const NO_TRANSITIONS: Transitions = { standard: 0, expressRequests: 0, expressGbSeconds: 0 };

const READS = /^s3\.(?:Get|Head)/;
const FREE = /^s3\.(?:Delete|Abort)/;

/** The cost of a tally at list prices, in dollars. */
export function estimateUsd(tally: Tally, transitions: Transitions): Record<string, number> {
  let s3 = 0;
  for (const [name, count] of Object.entries(tally.calls)) {
    // Every other call is priced as a put; that includes lists.
    if (name.startsWith('s3.') && !FREE.test(name)) s3 += count * (READS.test(name) ? PRICES.s3Get : PRICES.s3Put);
  }
  const parts = {
    stepFunctions:
      transitions.standard * PRICES.standardTransition +
      transitions.expressRequests * PRICES.expressRequest +
      transitions.expressGbSeconds * PRICES.expressGbSecond,
    lambda: tally.lambdaRequests * PRICES.lambdaRequest + tally.lambdaGbSeconds * PRICES.lambdaGbSecond,
    sqs: tally.sqsRequests * PRICES.sqsRequest,
    dynamodb: tally.writeUnits * PRICES.dynamodbWriteUnit + tally.readUnits * PRICES.dynamodbReadUnit,
    s3,
    ses: tally.messagesSent * PRICES.sesMessage,
    httpApi: tally.httpRequests * PRICES.httpApiRequest,
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return Object.fromEntries(Object.entries({ ...parts, total }).map(([name, usd]) => [name, rounded(usd)]));
}

/** Rounds to a millionth of a dollar. */
const rounded = (usd: number) => Math.round(usd * 1e6) / 1e6;
