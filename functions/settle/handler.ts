import { z } from 'zod';
import { createCampaignCounters } from '../../core/campaigns/counters.ts';
import { type SettleOutput, settleInputSchema } from '../../core/campaigns/messages.ts';
import { createRetryFile } from '../../core/campaigns/retry-file.ts';
import { settle } from '../../core/campaigns/settle.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { isTemporary, unavailable } from '../../core/errors.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { BACKGROUND_TIMEOUTS, objectsClient, productTables } from '../common/clients.ts';
import { readEnv, tablesEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { telemetry } from '../common/telemetry.ts';

const env = readEnv(tablesEnv.extend({ BUCKET: z.string().min(1) }));
const { sends, control } = productTables(env, BACKGROUND_TIMEOUTS);

const deps = {
  store: createCampaignStore(control),
  ledger: createLedger(sends),
  counters: createCampaignCounters(control),
  retryFile: createRetryFile(objectsClient(BACKGROUND_TIMEOUTS), env.BUCKET),
  clock: systemClock,
  telemetry,
};

/** The last state of the workflow. Its error CampaignIncomplete fails the execution, so that a redrive can continue it. */
export const handler = invocation<unknown, SettleOutput>(async (event) => {
  try {
    return await settle(deps, settleInputSchema.parse(event));
  } catch (error) {
    // By this name the workflow calls Settle again.
    throw isTemporary(error) ? unavailable(error) : error;
  }
});
