import { z } from 'zod';
import type { CampaignDeps } from '../../core/campaigns/deps.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { answer } from '../../graphql/answer.ts';
import { createSchema } from '../../graphql/schema.ts';
import { contextOver } from '../../graphql/wiring.ts';
import { sendsTable, statesClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { bodyText, httpHandler } from '../common/http.ts';
import { logger } from '../common/logger.ts';
import { telemetry } from '../common/telemetry.ts';

const env = readEnv(
  z.object({
    SENDS_TABLE: z.string().min(1),
    CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
    INTROSPECTION: z.enum(['true', 'false']).default('false'),
  }),
);
const table = sendsTable(env.SENDS_TABLE);
const deps: CampaignDeps = {
  store: createCampaignStore(table),
  ledger: createLedger(table),
  sfn: statesClient(),
  stateMachineArn: env.CAMPAIGN_STATE_MACHINE_ARN,
  clock: systemClock,
  telemetry,
};
const schema = createSchema();

export const handler = httpHandler({
  'POST /graphql': (event, { awsRequestId: requestId }) =>
    answer(
      {
        contentType: event.headers['content-type'],
        accept: event.headers.accept,
        body: bodyText(event) ?? '',
      },
      contextOver(deps),
      {
        schema,
        introspection: env.INTROSPECTION === 'true',
        requestId,
        report: (error) => logger.error('A GraphQL resolver failed', { error }),
      },
    ),
});
