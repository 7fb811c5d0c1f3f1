import { z } from 'zod';
import { createCampaignCache } from '../../core/campaigns/campaign-cache.ts';
import { campaignJobs, createCampaignChannel } from '../../core/campaigns/channel.ts';
import { createCampaignCounters } from '../../core/campaigns/counters.ts';
import { createExecutions } from '../../core/campaigns/executions.ts';
import { sendMessageSchema } from '../../core/campaigns/messages.ts';
import { createPostpone } from '../../core/campaigns/postpone.ts';
import { createQuotaStops } from '../../core/campaigns/quota-stops.ts';
import { followCampaign } from '../../core/campaigns/refresh.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { createTaskTokens } from '../../core/campaigns/task-tokens.ts';
import { systemClock } from '../../core/clock.ts';
import { createRecipientCheck } from '../../core/consent/recipient-check.ts';
import { createSuppressions } from '../../core/consent/suppressions.ts';
import { deliver } from '../../core/delivery/pipeline.ts';
import { dryRun } from '../../core/delivery/providers/dry-run.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { createLimiter } from '../../core/limiter/limiter.ts';
import { ONE_TRY, productTables, queueClient, statesClient, WORKER_TIMEOUTS } from '../common/clients.ts';
import { deliveryDeps } from '../common/delivery.ts';
import { readEnv, tablesEnv } from '../common/env.ts';
import { queueWorker } from '../common/queue-worker.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { senderEnv, senderOf } from '../common/sender.ts';
import { createUnsubscribeLinks, unsubscribeEnv, unsubscribeKeys } from '../common/unsubscribe.ts';

const env = readEnv(
  rateEnv.extend(tablesEnv.shape).extend({
    SEND_QUEUE_URL: z.string().min(1),
    CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
    ...senderEnv,
    ...unsubscribeEnv,
    SES_CONFIGURATION_SET: z.string().min(1),
    UNSUBSCRIBE_BASE_URL: z.url(),
    UNSUBSCRIBE_FOOTER: z.string(),
    SEND_CONCURRENCY: z.coerce.number().int().min(1),
  }),
);
const sfn = statesClient(WORKER_TIMEOUTS);
const { sends, control } = productTables(env, WORKER_TIMEOUTS);
const ses = createSes({ clock: systemClock, configurationSet: env.SES_CONFIGURATION_SET });
const processes = { processes: env.SEND_CONCURRENCY };
const rates = sendRates(env, control, ses.maxSendRate);
const store = createCampaignStore(control);
const counters = createCampaignCounters(control);
const deps = deliveryDeps(createLedger(sends));
const followed = {
  ...deps,
  store,
  counters,
  executions: createExecutions(statesClient(ONE_TRY), env.CAMPAIGN_STATE_MACHINE_ARN),
};

const channel = createCampaignChannel({
  ...deps,
  store,
  counters,
  quotaStops: createQuotaStops(control),
  campaigns: createCampaignCache((batchId) => followCampaign(followed, batchId), systemClock),
  from: senderOf(env),
  refuse: createRecipientCheck(createSuppressions(control)),
  unsubscribe: {
    links: createUnsubscribeLinks(unsubscribeKeys(env), env.UNSUBSCRIBE_BASE_URL),
    footer: env.UNSUBSCRIBE_FOOTER,
  },
  real: { provider: ses.provider, limiter: createLimiter(rates.ses, processes) },
  dryRun: { provider: dryRun, limiter: createLimiter(rates.dryRun, processes) },
  tokens: createTaskTokens(sfn),
  postpone: createPostpone(queueClient(WORKER_TIMEOUTS), env.SEND_QUEUE_URL, Math.random),
});

/** Sends the rows of campaigns. */
export const handler = queueWorker({
  schema: sendMessageSchema,
  work: (messages, deadline) =>
    deliver(
      messages.flatMap(({ messageId, body, receives }) => campaignJobs(messageId, body, receives)),
      channel,
      deps,
      deadline,
    ),
});
