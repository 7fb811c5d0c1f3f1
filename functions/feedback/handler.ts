import { z } from 'zod';
import { createSuppressions } from '../../core/consent/suppressions.ts';
import { applyFeedback } from '../../core/feedback/apply.ts';
import { createProtection } from '../../core/feedback/protection.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { WORKER_TIMEOUTS } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { queueWorker } from '../common/queue-worker.ts';
import { feedbackOf, sesEventSchema } from './event.ts';

const env = readEnv(
  campaignEnv.extend({
    PROTECTION_AFTER_MAILS: z.coerce.number().int().positive(),
    MAX_BOUNCE_PERCENT: z.coerce.number().positive(),
    MAX_COMPLAINT_PERCENT: z.coerce.number().positive(),
  }),
);
const campaigns = campaignDeps(env, WORKER_TIMEOUTS);
const deps = {
  ...campaigns,
  suppressions: createSuppressions(campaigns.tables.control),
  protect: createProtection({
    ...campaigns,
    afterMails: env.PROTECTION_AFTER_MAILS,
    maxBouncePercent: env.MAX_BOUNCE_PERCENT,
    maxComplaintPercent: env.MAX_COMPLAINT_PERCENT,
  }),
};

/** Applies what SES says of emails after it accepted them. */
export const handler = queueWorker({
  schema: sesEventSchema,
  work: (messages) => {
    const events = messages.flatMap(({ messageId, body }) => feedbackOf(messageId, body) ?? []);
    return applyFeedback(deps, events);
  },
});
