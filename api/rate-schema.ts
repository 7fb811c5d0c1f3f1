import { z } from 'zod';

const perSecond = z.number().nonnegative();

export const rateSchema = z
  .object({
    perSecond: perSecond.meta({ description: 'Emails per second that leave at most: the rate in force', example: 45 }),
    source: z.enum(['operator', 'deployment', 'ses']).meta({
      description: 'Who set it: PUT /rate, the deployment (SendRate), or SES (what it allows times the headroom)',
    }),
    allowedPerSecond: perSecond
      .nullable()
      .meta({ description: 'What SES allows; null while it is not known', example: 50 }),
    usedPerSecond: perSecond.meta({ description: 'What is used now, over the last seconds', example: 44.9 }),
  })
  .meta({ id: 'Rate' });
export type RateAnswer = z.infer<typeof rateSchema>;

export const rateBodySchema = z.strictObject({
  perSecond: z
    .number({ error: 'must be a number' })
    .min(0.1, 'must be 0.1 or more')
    .max(10_000, 'must be 10000 or less')
    .nullable()
    .meta({ description: 'Emails per second; null gives it back to the deployment', example: 25 }),
});
