import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Telemetry } from '../telemetry.ts';
import type { CampaignCounters } from './counters.ts';
import type { Executions } from './executions.ts';
import type { CampaignStore } from './store.ts';

/** What following and steering a campaign needs. */
export interface CampaignDeps {
  store: CampaignStore;
  ledger: Ledger;
  counters: CampaignCounters;
  executions: Executions;
  clock: Clock;
  telemetry: Telemetry;
}
