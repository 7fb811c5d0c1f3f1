import { createQuotaStops } from '../../core/campaigns/quota-stops.ts';
import { sweepQuotaStops } from '../../core/campaigns/quota-sweep.ts';
import { readSesAccount } from '../../core/delivery/providers/ses.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { emailAccountClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { sweepHandler } from '../common/sweep.ts';

const campaigns = campaignDeps(readEnv(campaignEnv));
const ses = emailAccountClient();
const deps = {
  ...campaigns,
  quotaStops: createQuotaStops(campaigns.tables.control),
  account: () => readSesAccount(ses),
};

/** Every minute: continues campaigns that the daily quota of SES stopped. */
export const handler = sweepHandler((deadline) => sweepQuotaStops(deps, deadline));
