import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type DynamoTable, read, updateIf } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';
import { rowsClaimKey } from '../ledger/keys.ts';
import type { CampaignRecord } from './campaign.ts';
import type { CampaignStore } from './store.ts';

/**
 * Makes sure that the same rows are one campaign, whatever bytes they came in. An item with the hash of the rows as its key names the batch
 * that has them. A batch claims its rows before it writes its record, and seals the claim before its execution starts. An unsealed claim
 * without a record belongs to an upload that died or is slow: another batch takes it over, and the slow one notices that when it seals.
 * So only one of two batches with the same rows can start, although the claim and the record are written one after the other.
 */
export interface RowsClaimDeps {
  control: DynamoTable;
  store: Pick<CampaignStore, 'get'>;
  clock: Clock;
}

/** How long a claim without a record belongs to its upload. After that another batch may take it over. */
const RECORD_WAIT_MS = 3_000;
const POLL_MS = 100;

/** The key of the claim. It contains campaignId and dryRun, because the same rows may be sent once for each of them. */
export const rowsKeyOf = (
  rowsHash: string,
  { campaignId = '', dryRun }: { campaignId?: string | undefined; dryRun: boolean },
): string => createHash('sha256').update(`${campaignId}\n${dryRun}\n${rowsHash}`).digest('hex');

/** Claims the rows for a batch. Resolves to the record of another batch that has them, or to undefined when this batch has them. */
export async function claimRows(
  deps: RowsClaimDeps,
  rowsKey: string,
  batchId: string,
): Promise<CampaignRecord | undefined> {
  for (let from = batchId; ; ) {
    const claimed = await updateIf(deps.control, {
      key: rowsClaimKey(rowsKey),
      update: 'SET #batchId = :batchId',
      condition:
        'attribute_not_exists(#pk) OR #batchId = :batchId OR (#batchId = :from AND attribute_not_exists(#sealed))',
      values: { ':batchId': batchId, ':from': from },
    });
    if (claimed) return undefined;
    const holder = await holderOf(deps, rowsKey);
    const record = await awaitRecord(deps, holder);
    if (record) return record;
    from = holder;
  }
}

/** The record of the batch that has these rows. Undefined when none has, or only an upload without a record. */
export async function batchWithRows(
  { control, store }: Pick<RowsClaimDeps, 'control' | 'store'>,
  rowsKey: string,
): Promise<CampaignRecord | undefined> {
  const item = await read(control, rowsClaimKey(rowsKey));
  return item && store.get(String(item.batchId));
}

/**
 * Seals a batch's claim, so that no other batch takes it over. When another batch already has, it resolves to the record of that batch,
 * and the caller must not start its own. Throws Conflict when that batch has no record yet.
 */
export async function sealRows(
  deps: RowsClaimDeps,
  { rowsKey, batchId }: Pick<CampaignRecord, 'rowsKey' | 'batchId'>,
): Promise<CampaignRecord | undefined> {
  const sealed = await updateIf(deps.control, {
    key: rowsClaimKey(rowsKey),
    update: 'SET #sealed = :true',
    condition: '#batchId = :batchId',
    values: { ':batchId': batchId, ':true': true },
  });
  if (sealed) return undefined;
  const record = await awaitRecord(deps, await holderOf(deps, rowsKey));
  if (record) return record;
  throw new PregonError('Conflict', 'The same rows are being uploaded in another file. Upload this one again.');
}

async function holderOf({ control }: RowsClaimDeps, rowsKey: string): Promise<string> {
  const item = await read(control, rowsClaimKey(rowsKey));
  if (!item) throw new PregonError('Internal', `The claim ${rowsKey} was refused and is not there.`);
  return String(item.batchId);
}

async function awaitRecord({ store, clock }: RowsClaimDeps, batchId: string): Promise<CampaignRecord | undefined> {
  for (let waited = 0; ; waited += POLL_MS) {
    const record = await store.get(batchId);
    if (record || waited >= RECORD_WAIT_MS) return record;
    await clock.sleep(POLL_MS);
  }
}
