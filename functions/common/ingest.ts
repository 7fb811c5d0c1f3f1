import { z } from 'zod';
import type { IngestDeps } from '../../core/campaigns/ingest.ts';
import { createCampaignObjects } from '../../core/campaigns/ingest-objects.ts';
import { createErasures } from '../../core/consent/erasures.ts';
import { createSuppressions } from '../../core/consent/suppressions.ts';
import type { Provider } from '../../core/delivery/provider.ts';
import type { OutgoingEmail } from '../../core/delivery/providers/outgoing-email.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { freshLimiter, type RateOf, STALE_MS } from '../../core/limiter/rate.ts';
import { campaignDeps, campaignEnv } from './campaigns.ts';
import { DEFAULT_TIMEOUTS, objectsClient } from './clients.ts';
import { rateEnv, sendRates } from './send-rate.ts';
import { sesAccount } from './ses-account.ts';

export const ingestEnv = rateEnv.extend(campaignEnv.shape).extend({
  BUCKET: z.string().min(1),
  SEND_TIMEOUT_SECONDS: z.coerce.number().int().positive(),
  /** Absent in the function that sends no test mail. */
  SES_CONFIGURATION_SET: z.string().min(1).optional(),
});

interface SendingBySes {
  provider: Provider<OutgoingEmail>;
  rate: RateOf;
}

/** What both ways of an upload share: the form, and the file that its client sends to S3. */
export function ingestDeps(
  env: z.output<typeof ingestEnv>,
  timeouts = DEFAULT_TIMEOUTS,
): Omit<IngestDeps, 'newUploadId'> & ReturnType<typeof campaignDeps> & { ses: SendingBySes } {
  const campaigns = campaignDeps(env, timeouts);
  const { provider } = createSes({ clock: campaigns.clock, configurationSet: env.SES_CONFIGURATION_SET });
  const { account, maxSendRate } = sesAccount(campaigns.clock);
  const rates = sendRates(env, campaigns.tables.control, maxSendRate);
  return {
    ...campaigns,
    ...campaigns.tables,
    objects: createCampaignObjects({ s3: objectsClient(timeouts), bucket: env.BUCKET }),
    bucket: env.BUCKET,
    suppressions: createSuppressions(campaigns.tables.control),
    erasures: createErasures(campaigns.tables.control),
    sendTimeoutSeconds: env.SEND_TIMEOUT_SECONDS,
    sendRate: async () => (await freshLimiter(rates.ses, STALE_MS)).perSecond,
    sendQuota: account,
    ses: { provider, rate: rates.ses },
  };
}
