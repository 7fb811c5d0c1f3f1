import { rateBodySchema, rateSchema } from './rate-schema.ts';
import type { RouteDoc } from './routes.ts';

export const RATE_ROUTES: readonly RouteDoc[] = [
  {
    method: 'get',
    path: '/rate',
    operationId: 'getRate',
    tag: 'Operations',
    summary: 'The rate: in force, allowed by SES, used now',
    answers: { 200: { description: 'The rate', schema: rateSchema } },
  },
  {
    method: 'put',
    path: '/rate',
    operationId: 'setRate',
    tag: 'Operations',
    summary: 'Set the rate',
    description: 'Takes effect within 5 seconds, also on running campaigns and the concurrency of their Map Runs.',
    body: { schema: rateBodySchema, examples: { slower: { perSecond: 25 }, reset: { perSecond: null } } },
    answers: { 200: { description: 'The rate in force from now on', schema: rateSchema } },
    problems: { 400: 'No number, or more than SES allows' },
  },
];
