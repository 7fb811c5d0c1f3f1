import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { markDay } from '../../../core/ledger/days.ts';
import { dayOf, sendIdOf } from '../../../core/ledger/keys.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import type { Send } from '../../../core/ledger/send.ts';
import { contextOf, type GraphqlDeps } from '../../../graphql/context.ts';
import { executeRequest, type GraphqlAnswer } from '../../../graphql/execute.ts';
import { createSchema } from '../../../graphql/schema.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { fakeStates } from '../delivery/fake-states.ts';
import { putRows } from '../ledger/support.ts';
import { simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

export const BATCH = 'a'.repeat(64);
export const CREATED = '2026-11-22T10:00:00.000Z';

export function aSend(change: Partial<Send> = {}): Send {
  const { batchId = BATCH, rowNumber = 1 } = change;
  return {
    sendId: sendIdOf(batchId, rowNumber),
    batchId,
    rowNumber,
    email: `row${rowNumber}@example.com`,
    subject: 'Welcome',
    status: 'SENT',
    channel: 'campaign',
    attempts: 1,
    createdAt: CREATED,
    updatedAt: CREATED,
    ...change,
  };
}

export const aCampaign = (change: Partial<CampaignRecord> = {}): CampaignRecord =>
  campaignRecord({ batchId: BATCH, status: 'RUNNING', enqueued: 3, skipped: 0, ...change });

const schema = createSchema();

/** GraphQL over a table of its own. Step Functions knows no execution until `states.missing` is set to false. */
export async function openGraphql(given: { sends?: readonly Send[]; campaigns?: readonly CampaignRecord[] } = {}) {
  const clock = simulatedClock();
  const table = await openTable(clock);
  const states = fakeStates(clock);
  states.missing = true;
  const deps: GraphqlDeps = {
    tables: table,
    store: createCampaignStore(table.control),
    ledger: createLedger(table),
    counters: createCampaignCounters(table.control),
    executions: states.executions,
    clock,
    telemetry: silent,
  };
  const { sends = [], campaigns = [] } = given;
  for (const campaign of campaigns) await deps.store.create(campaign);
  for (const day of new Set(sends.map(({ createdAt }) => dayOf(createdAt)))) await markDay(table, day);
  // The id is not stored: it is made of the key.
  await putRows(
    table,
    sends.map(({ sendId: _id, ...row }) => row),
  );

  const faults: Error[] = [];
  const run = (
    query: string,
    variables?: Record<string, unknown>,
    { introspection = true, scopes = ['read', 'operate'] } = {},
  ): Promise<GraphqlAnswer> =>
    executeRequest({ query, variables }, contextOf(deps, { keyName: 'tester', scopes }), {
      schema,
      introspection,
      requestId: 'request-1',
      report: (error) => faults.push(error),
    });
  return { run, deps, states, faults, close: () => table.close() };
}
