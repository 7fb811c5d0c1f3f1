import { z } from 'zod';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { graphqlRoutes } from './routes.ts';

const env = readEnv(campaignEnv.extend({ INTROSPECTION: z.enum(['true', 'false']).default('false') }));

export const handler = httpHandler(graphqlRoutes(campaignDeps(env), { introspection: env.INTROSPECTION === 'true' }));
