import { createCampaignStore } from '../../core/campaigns/store.ts';
import { createSuppressions } from '../../core/consent/suppressions.ts';
import { unsubscribe } from '../../core/consent/unsubscribe.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { productTables } from '../common/clients.ts';
import { readEnv, tablesEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { unsubscribeEnv, unsubscribeKeys } from '../common/unsubscribe.ts';
import { unsubscribeRoutes } from './routes.ts';

const env = readEnv(tablesEnv.extend(unsubscribeEnv));
const { sends, control } = productTables(env);
const deps = {
  suppressions: createSuppressions(control),
  ledger: createLedger(sends),
  counters: createCampaignStore(control),
  clock: sends.clock,
};

export const handler = httpHandler(
  unsubscribeRoutes({ keys: unsubscribeKeys(env), unsubscribe: (who) => unsubscribe(deps, who) }),
);
