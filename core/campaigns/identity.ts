import type { Inspection } from '../csv/inspect.ts';
import type { Templates } from '../csv/template.ts';
import { toDynamoJson } from '../ledger/item.ts';
import { limiterKey } from '../ledger/keys.ts';
import { campaignLimiter } from '../limiter/rate.ts';
import { type CampaignRecord, campaignPrefix } from './campaign.ts';

/** Hashed before the bytes of a file, so that the same file with another campaignId is another batch. */
export const hashPrefixOf = (campaignId: string | undefined): string =>
  campaignId === undefined ? '' : `${campaignId}\n`;

/**
 * Hashed behind the bytes of a file: templates count as a part of it. A NUL separates them, which no CSV has, so that no other file has
 * the same hash. Empty without templates.
 */
export const hashSuffixOf = ({ subject, content }: Templates): string =>
  subject === undefined && content === undefined ? '' : `\0${JSON.stringify([subject ?? null, content ?? null])}`;

/**
 * The id of a batch, which is also the name of its execution. It contains the file's hash, which makes an upload idempotent. It has at
 * most 72 characters of the 80 that an execution's name may have.
 */
export function batchIdOf(
  { sha256 }: Pick<Inspection, 'sha256'>,
  { campaignId, dryRun }: { campaignId?: string | undefined; dryRun: boolean },
): string {
  const name = campaignId === undefined ? sha256 : `${campaignId}-${sha256.slice(0, 32)}`;
  return dryRun ? `${name}-dryrun` : name;
}

/** The keys of a campaign's objects, by their content. */
export function objectKeysOf(batchId: string, uploadId: string) {
  const prefix = campaignPrefix(batchId, uploadId);
  return {
    source: `${prefix}/source.csv`,
    rows: `${prefix}/rows.csv`,
    send: `${prefix}/send.csv`,
    skipped: `${prefix}/skipped.csv`,
  };
}

/** The key of the file of SendRows. The rows.csv of a record from before send.csv has its columns too. */
export function sendRowsKeyOf({ batchId, uploadId, rowsPerChild }: CampaignRecord): string {
  const keys = objectKeysOf(batchId, uploadId);
  return rowsPerChild === undefined ? keys.rows : keys.send;
}

/** The execution's input. It is made from the record alone, because StartExecution is idempotent only for the same bytes. */
export function executionInputOf(record: CampaignRecord, bucket: string) {
  return {
    batchId: record.batchId,
    campaignId: record.campaignId ?? null,
    bucket,
    rowsKey: objectKeysOf(record.batchId, record.uploadId).rows,
    sendRowsKey: sendRowsKeyOf(record),
    prefix: campaignPrefix(record.batchId, record.uploadId),
    enqueued: record.enqueued,
    createdAt: record.createdAt,
    sendAt: record.sendAt ?? null,
    dryRun: record.dryRun,
    limiterKey: toDynamoJson(limiterKey(campaignLimiter(record.dryRun))),
    format: record.format,
    maxConcurrency: record.maxConcurrency,
    rowsPerChild: record.rowsPerChild ?? 1,
    sendTimeoutSeconds: record.sendTimeoutSeconds,
  };
}
