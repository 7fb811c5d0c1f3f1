import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Clock } from '../clock.ts';
import type { CampaignRecord } from './campaign.ts';
import { executionInputOf } from './identity.ts';
import type { CampaignStore } from './store.ts';

/**
 * An execution's name is free again 90 days after its end. A record that still says INGESTING after so long lost its last word, not
 * its execution: starting it again could send everything again.
 */
const START_WINDOW_MS = 80 * 24 * 60 * 60 * 1000;

/** Starts an execution by its name; resolves as well when one of that name is or was there. */
export type StartExecution = (name: string, input: string) => Promise<void>;

export interface StartDeps {
  startExecution: StartExecution;
  bucket: string;
  store: CampaignStore;
  clock: Clock;
}

export function startWith(sfn: SFNClient, stateMachineArn: string): StartExecution {
  return async (name, input) => {
    try {
      await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    } catch (error) {
      // It ran and ended between two uploads of the same file.
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  };
}

/**
 * Makes sure that a campaign's execution was started, and says so in its record. Safe to repeat, by anyone, at any time: the name and
 * the input are the record's, and only a record that nobody saw started leads to a start.
 */
export async function ensureStarted(deps: StartDeps, record: CampaignRecord): Promise<CampaignRecord> {
  const { startExecution, store, clock, bucket } = deps;
  if (record.status !== 'INGESTING' || clock.now() - Date.parse(record.createdAt) > START_WINDOW_MS) return record;
  await startExecution(record.batchId, JSON.stringify(executionInputOf(record, bucket)));
  const now = clock.now();
  const waits = record.sendAt !== undefined && Date.parse(record.sendAt) > now;
  const started = await store.update(record.batchId, {
    set: waits ? { status: 'SCHEDULED' } : { status: 'RUNNING', startedAt: new Date(now).toISOString() },
    // A short campaign may be over, and its end recorded, before we come here.
    ifStatus: ['INGESTING'],
  });
  return started ?? (await store.get(record.batchId)) ?? record;
}
