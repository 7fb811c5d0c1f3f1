import { z } from 'zod';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { sendsTable, statesClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { telemetry } from '../common/telemetry.ts';
import { graphqlRoutes } from './routes.ts';

const env = readEnv(
  z.object({
    SENDS_TABLE: z.string().min(1),
    CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
    INTROSPECTION: z.enum(['true', 'false']).default('false'),
  }),
);
const table = sendsTable(env.SENDS_TABLE);
const deps = {
  table,
  store: createCampaignStore(table),
  ledger: createLedger(table),
  sfn: statesClient(),
  stateMachineArn: env.CAMPAIGN_STATE_MACHINE_ARN,
  clock: systemClock,
  telemetry,
};

export const handler = httpHandler(graphqlRoutes(deps, { introspection: env.INTROSPECTION === 'true' }));
