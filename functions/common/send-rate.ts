import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import type { RateOf } from '../../core/limiter/rate.ts';
import { telemetry } from './telemetry.ts';

/** How the deployment sets the rate of SES. An empty SEND_RATE asks SES what it allows. */
export const rateEnv = z.object({
  SEND_RATE: z
    .string()
    .default('')
    .transform((text) => (text.trim() === '' ? 0 : Number(text)))
    .refine((rate) => rate >= 0 && Number.isFinite(rate), 'a number of emails per second, or empty'),
  SEND_HEADROOM: z.coerce.number().gt(0).max(1).default(0.9),
});

/** The rates that campaigns are sent at: by SES, and the same for rehearsals, which must not hold real ones up. */
export function sendRates(
  env: z.output<typeof rateEnv>,
  ledger: { client: DynamoDBDocumentClient; tableName: string },
  maxSendRate: () => Promise<number>,
): { ses: RateOf; dryRun: RateOf } {
  const rate = (name: string): RateOf => ({
    table: { ...ledger, clock: systemClock },
    name,
    source: { kind: 'account', allowed: maxSendRate, deployed: env.SEND_RATE, headroom: env.SEND_HEADROOM },
    telemetry,
  });
  return { ses: rate('ses'), dryRun: rate('dry-run') };
}
