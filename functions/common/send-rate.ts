import { z } from 'zod';
import type { DynamoTable } from '../../core/dynamodb/table.ts';
import { campaignLimiter, type RateOf } from '../../core/limiter/rate.ts';
import { telemetry } from './telemetry.ts';

/** The rate of SES that the deployment sets. With an empty SEND_RATE, SES is asked what it allows. */
export const rateEnv = z.object({
  SEND_RATE: z
    .string()
    .default('')
    .transform((text) => (text.trim() === '' ? 0 : Number(text)))
    .refine((rate) => rate >= 0 && Number.isFinite(rate), 'a number of emails per second, or empty'),
  SEND_HEADROOM: z.coerce.number().gt(0).max(1).default(0.9),
});

/** The rates of campaigns, which are the same. */
export function sendRates(
  env: z.output<typeof rateEnv>,
  control: DynamoTable,
  maxSendRate: () => Promise<number>,
): { ses: RateOf; dryRun: RateOf } {
  const rate = (name: string): RateOf => ({
    table: control,
    name,
    source: { kind: 'account', allowed: maxSendRate, deployed: env.SEND_RATE, headroom: env.SEND_HEADROOM },
    telemetry,
  });
  return { ses: rate(campaignLimiter(false)), dryRun: rate(campaignLimiter(true)) };
}
