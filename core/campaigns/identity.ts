import type { Inspection } from '../csv/inspect.ts';
import { toDynamoJson } from '../ledger/item.ts';
import { limiterKey } from '../ledger/keys.ts';
import type { CampaignExecutionInput, CampaignRecord } from './campaign.ts';
import { campaignPrefix } from './campaign.ts';

/** What goes into a file's hash before its bytes: the same file under another campaignId is another batch. */
export const hashPrefixOf = (campaignId: string | undefined): string =>
  campaignId === undefined ? '' : `${campaignId}\n`;

/**
 * Names a batch, and with it its execution: by the file's hash, which is what makes an upload idempotent. At most 72 characters of the
 * 80 that an execution's name may have.
 */
export function batchIdOf(
  { sha256 }: Pick<Inspection, 'sha256'>,
  { campaignId, dryRun }: { campaignId?: string | undefined; dryRun: boolean },
): string {
  const name = campaignId === undefined ? sha256 : `${campaignId}-${sha256.slice(0, 32)}`;
  return dryRun ? `${name}-dryrun` : name;
}

/** The execution of a batch: its name is the batch's. */
export const executionArnOf = (stateMachineArn: string, batchId: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${batchId}`;

/** The objects of a campaign, by what is in them. */
export function objectKeysOf(batchId: string, uploadId: string) {
  const prefix = campaignPrefix(batchId, uploadId);
  return { source: `${prefix}/source.csv`, rows: `${prefix}/rows.csv`, skipped: `${prefix}/skipped.csv` };
}

/** The execution's input from the record alone: whoever starts it, and however often, sends the same bytes. */
export function executionInputOf(record: CampaignRecord, bucket: string): CampaignExecutionInput {
  return {
    batchId: record.batchId,
    campaignId: record.campaignId ?? null,
    bucket,
    rowsKey: objectKeysOf(record.batchId, record.uploadId).rows,
    prefix: campaignPrefix(record.batchId, record.uploadId),
    enqueued: record.enqueued,
    createdAt: record.createdAt,
    sendAt: record.sendAt ?? null,
    dryRun: record.dryRun,
    limiterKey: toDynamoJson(limiterKey(record.dryRun ? 'dry-run' : 'ses')),
    format: record.format,
    maxConcurrency: record.maxConcurrency,
    sendTimeoutSeconds: record.sendTimeoutSeconds,
  };
}
