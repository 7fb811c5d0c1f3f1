import {
  type CampaignRecord,
  campaignPrefix,
  hasEnded,
  OBJECTS_PREFIX,
  RESULTS_PREFIX,
} from '../campaigns/campaign.ts';
import type { CampaignCounters } from '../campaigns/counters.ts';
import { objectKeysOf } from '../campaigns/identity.ts';
import { countAtEnd } from '../campaigns/outcome.ts';
import type { CampaignStore } from '../campaigns/store.ts';
import type { DynamoTable } from '../dynamodb/table.ts';
import { closeForErasure, eraseContent, putErasedRow, stripRow, unindexRow } from '../ledger/erase.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { ERASED_EMAIL, type LedgerRow } from '../ledger/send.ts';
import type { ReportStore } from '../reports/store.ts';
import type { Telemetry } from '../telemetry.ts';
import { mentions, mentionsOf } from './mentions.ts';
import type { Erase, ErasedObjects } from './objects.ts';
import { eraseFromResults } from './results-file.ts';
import { eraseFromRows, firstSubject } from './rows-file.ts';
import { eraseFromSkipped, eraseFromSource } from './source-file.ts';

export interface EraseCampaignDeps {
  sends: DynamoTable;
  ledger: Ledger;
  store: CampaignStore;
  counters: CampaignCounters;
  reports: Pick<ReportStore, 'names' | 'drop'>;
  objects: ErasedObjects;
  telemetry: Telemetry;
}

/** What was erased, in rows and files. */
export interface ErasedCampaign {
  rows: number;
  /** Of the rows: those that would have been sent, and end in ERROR Erased. */
  ended: number;
  filesRewritten: number;
  filesDeleted: number;
}

/** The address, and when its erasure began. */
export interface Erasure {
  /** As addresses are compared. */
  key: string;
  /** ISO 8601. */
  since: string;
}

export interface CampaignPlaces {
  batchId: string;
  /** The rows that the index of addresses names. */
  rows: readonly number[];
  /** Also where no row of the address is in the campaign: rows that were skipped are in its files. */
  allFiles: boolean;
}

/**
 * Erases an address from a campaign: its row in the ledger, and its place in every file. A row that the workflow has not registered yet is found
 * in rows.csv. The row stays in the index of addresses until everything else is done, so an erasure that was interrupted finds it again.
 */
export async function eraseFromCampaign(
  deps: EraseCampaignDeps,
  erasure: Erasure,
  { batchId, rows, allFiles }: CampaignPlaces,
): Promise<ErasedCampaign> {
  const { sends, store } = deps;
  const record = await store.get(batchId);
  const erased: ErasedCampaign = { rows: 0, ended: 0, filesRewritten: 0, filesDeleted: 0 };
  const closed = await closeRows(deps, erasure, { batchId, record, rows }, erased);
  if (closed.length === 0 && !allFiles) return erased;

  await eraseFromFiles(deps, erasure, { batchId, record }, erased);
  const hasRow = closed.length > 0;
  while (await eraseFromRecord(deps, erasure, batchId, hasRow));
  if (record && closed.some(({ error }) => error?.code === 'Erased')) await countAgain(deps, record);
  for (const row of closed) {
    await eraseContent(sends, row);
    await stripRow(sends, row);
  }
  // After the rows, because a report that is made now is made from them.
  if (record && closed.length > 0) erased.filesDeleted += await dropReports(deps, record);
  for (const row of closed) if (await unindexRow(sends, row)) erased.rows += 1;
  return erased;
}

interface Found {
  batchId: string;
  record: CampaignRecord | undefined;
}

/** Ends the rows that could be sent, and takes them out of rows.csv. Resolves to all rows of the address. */
async function closeRows(
  { sends, objects }: EraseCampaignDeps,
  { key, since }: Erasure,
  { batchId, record, rows }: Found & { rows: readonly number[] },
  erased: ErasedCampaign,
): Promise<LedgerRow[]> {
  const closed = new Map<number, LedgerRow>();
  const add = (row: LedgerRow, isNew: boolean) => {
    closed.set(row.rowNumber, row);
    if (isNew) erased.ended += 1;
  };
  const close = async (rowNumber: number) => {
    const found = closed.has(rowNumber) ? undefined : await closeForErasure(sends, { batchId, rowNumber }, since);
    if (found) add(found.row, found.isNew);
  };
  for (const rowNumber of rows) await close(rowNumber);
  for await (const name of objects.keys(`${OBJECTS_PREFIX}${batchId}/`)) {
    if (!name.endsWith('/rows.csv')) continue;
    // An upload that died, or that found another one's record, has left objects of which no row is registered.
    const isRegistered = record !== undefined && name === objectKeysOf(batchId, record.uploadId).rows;
    const places = await objects.rewrite(name, (source, found) =>
      eraseFromRows(source.open(), key, async (row) => {
        found();
        if (!isRegistered || closed.has(row.rowNumber)) return;
        const written = await putErasedRow(sends, row);
        if (written) add(written, true);
        else await close(row.rowNumber);
      }),
    );
    if (places > 0) erased.filesRewritten += 1;
  }
  return [...closed.values()];
}

async function eraseFromFiles(
  { objects }: EraseCampaignDeps,
  { key }: Erasure,
  { batchId, record }: Found,
  erased: ErasedCampaign,
): Promise<void> {
  const rewrite = async (name: string, erase: Erase) => {
    if ((await objects.rewrite(name, erase)) > 0) erased.filesRewritten += 1;
  };
  for await (const name of objects.keys(`${OBJECTS_PREFIX}${batchId}/`)) {
    if (name.endsWith('/source.csv')) {
      await rewrite(name, (source, found) => eraseFromSource(source, record?.encoding, key, found));
    } else if (name.endsWith('/skipped.csv')) {
      await rewrite(name, (source, found) => eraseFromSkipped(source, key, found));
    }
  }
  for await (const name of objects.keys(`${RESULTS_PREFIX}${OBJECTS_PREFIX}${batchId}/`)) {
    await rewrite(name, (source, found) => eraseFromResults(source.open(), key, found));
  }
}

/**
 * The record has the subject of the first row, and texts in which servers may have named the address. Resolves to whether it was changed; then it
 * is looked at again, because another erasure may have changed it at the same time.
 */
async function eraseFromRecord(
  { store, objects }: EraseCampaignDeps,
  { key }: Erasure,
  batchId: string,
  hasRow: boolean,
): Promise<boolean> {
  const record = await store.get(batchId);
  if (!record) return false;
  const { uploadId, subject, reason, accountError, warnings } = record;
  const pattern = mentionsOf(key);
  const names = (text = '') => mentions(text, pattern);
  const without = (text: string) => text.replace(pattern, ERASED_EMAIL);
  const rows = hasRow ? await objects.source(objectKeysOf(batchId, uploadId).rows) : undefined;
  const first = rows && (await firstSubject(rows.open()));
  const isOther = hasRow && subject !== undefined && first !== subject;
  const set = {
    ...(isOther && first !== undefined && { subject: first }),
    ...(reason !== undefined && names(reason) && { reason: without(reason) }),
    ...(accountError &&
      names(accountError.message) && { accountError: { ...accountError, message: without(accountError.message) } }),
    ...(warnings.some(names) && { warnings: warnings.map(without) }),
  };
  const remove = isOther && first === undefined ? (['subject'] as const) : [];
  const changes = Object.keys(set).length + remove.length > 0;
  if (changes) await store.update(batchId, { set, remove });
  return changes;
}

/** The counts of a campaign that has ended are exact. They are counted again, because a row that could be sent is in ERROR for good now. */
async function countAgain(deps: EraseCampaignDeps, record: CampaignRecord): Promise<void> {
  if (!hasEnded(record)) return;
  const uncounted = await deps.store.update(record.batchId, {
    remove: ['finalCounts'],
    ifStatus: [record.status],
    ifRedriveCountAtMost: record.redriveCount,
  });
  if (uncounted) await countAtEnd({ ...deps, clock: deps.sends.clock }, uncounted);
}

/** Deletes the reports that were made before. Waits for one that is being made. */
async function dropReports({ reports, objects }: EraseCampaignDeps, record: CampaignRecord): Promise<number> {
  for (const name of await reports.names(record.batchId)) await reports.drop(record.batchId, name);
  let deleted = 0;
  for await (const key of objects.keys(`${campaignPrefix(record.batchId, record.uploadId)}/reports/`)) {
    await objects.remove(key);
    deleted += 1;
  }
  return deleted;
}
