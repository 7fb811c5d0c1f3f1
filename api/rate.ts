import { z } from 'zod';
import { BAD_RATE } from './example-problems.ts';
import { RATE } from './examples.ts';
import type { RouteDoc } from './routes.ts';

const perSecond = z.number().nonnegative();

export const rateSchema = z
  .object({
    perSecond: perSecond.meta({
      description: 'The rate in force: at most so many emails leave per second',
      example: 45,
    }),
    source: z.enum(['operator', 'deployment', 'ses']).meta({
      description: 'Who set it: PUT /rate, the deployment (SendRate), or SES (its limit times the headroom)',
    }),
    allowed: perSecond
      .nullable()
      .meta({ description: 'The limit of SES per second; null while it is unknown', example: 50 }),
    usedPerSecond: perSecond.meta({ description: 'What was used over the last seconds', example: 44.9 }),
    max24HourSend: z.number().nullable().meta({
      description: 'Recipients that SES allows in any 24 hours, -1 without limit; null while it is unknown',
      example: 50_000,
    }),
    sentLast24Hours: z.number().nullable().meta({ description: 'Recipients in the last 24 hours', example: 12_345 }),
    sendingEnabled: z.boolean().nullable().meta({ description: 'False while SES has paused sending for the account' }),
    stage: z.string().meta({ example: 'dev' }),
  })
  .meta({ id: 'Rate' });
export type RateAnswer = z.infer<typeof rateSchema>;

export const rateBodySchema = z.strictObject({
  perSecond: z
    .number({ error: 'must be a number' })
    .min(0.1, 'must be at least 0.1')
    .max(10_000, 'must be at most 10,000')
    .nullable()
    .meta({ description: 'Emails per second; null returns to the rate of the deployment', example: 25 }),
});

export const RATE_ROUTES: readonly RouteDoc[] = [
  {
    method: 'get',
    path: '/rate',
    operationId: 'getRate',
    tag: 'Operations',
    summary: 'The rate: in force, allowed by SES, used now',
    answers: { 200: { description: 'The rate', schema: rateSchema, example: RATE } },
  },
  {
    method: 'put',
    path: '/rate',
    operationId: 'setRate',
    tag: 'Operations',
    summary: 'Set the rate',
    description: 'Takes effect within 5 seconds, also on running campaigns and the concurrency of their Map Runs.',
    body: { schema: rateBodySchema, examples: { slower: { perSecond: 25 }, reset: { perSecond: null } } },
    answers: { 200: { description: 'The rate now in force', schema: rateSchema, example: RATE } },
    problems: { 400: { description: 'The rate is not a number, or higher than SES allows', examples: BAD_RATE } },
  },
];
