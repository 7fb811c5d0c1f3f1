import type { Erasures } from '../consent/erasures.ts';
import type { Suppressions } from '../consent/suppressions.ts';
import { encodingOf, type Inspection, type InspectOptions, inspectCsv } from '../csv/inspect.ts';
import type { CsvSummary, ReadOptions } from '../csv/read.ts';
import type { RowsExpire, RowsOf } from '../csv/rows-file.ts';
import type { SkippedRow } from '../csv/skip.ts';
import type { CsvSource } from '../csv/source.ts';
import { contentExpiresAt, rowExpiresAt } from '../dynamodb/expiry.ts';
import type { DynamoTable } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';
import { markDay } from '../ledger/days.ts';
import { dayOf } from '../ledger/keys.ts';
import type { Telemetry } from '../telemetry.ts';
import type { CampaignRecord } from './campaign.ts';
import { concurrencyFor, rowsPerChildFor } from './concurrency.ts';
import { quotaWarning, type SendQuota } from './daily-quota.ts';
import { batchIdOf, hashPrefixOf, hashSuffixOf } from './identity.ts';
import type { CampaignObjects, ObjectsToWrite } from './ingest-objects.ts';
import { ensureStarted, type StartDeps } from './ingest-start.ts';
import { type CampaignOptions, checkSameOptions, checkSchedule } from './options.ts';
import { claimRows, rowsKeyOf } from './rows-claim.ts';

export interface IngestDeps extends StartDeps {
  /** Of the rows. */
  sends: DynamoTable;
  objects: CampaignObjects;
  newUploadId(): string;
  /** Emails per second that may be sent now. */
  sendRate(): Promise<number>;
  /** What SES lets the account send in 24 hours. */
  sendQuota(): Promise<SendQuota>;
  /** The addresses that get no campaign mail. */
  suppressions: Pick<Suppressions, 'reasonsOf'>;
  erasures: Pick<Erasures, 'seen' | 'since'>;
  sendTimeoutSeconds: number;
  telemetry: Pick<Telemetry, 'warn'>;
}

export interface Upload {
  source: CsvSource;
  options: CampaignOptions;
  maxRows: number;
  fileName?: string | undefined;
  /** The name of the API key that uploads it. */
  keyName?: string | undefined;
  /** The campaign becomes READY and waits for `startHeld`. */
  hold?: boolean | undefined;
  /** Called for each data row that was read. */
  onRow?: (() => void) | undefined;
}

export interface Ingested {
  record: CampaignRecord;
  /** The file was uploaded before, so nothing new is sent. */
  duplicate: boolean;
  /** The first ones; all are in skipped.csv. */
  skippedRows: SkippedRow[];
}

/**
 * Turns an uploaded CSV into a running campaign: it writes the objects, claims the rows, writes the record that names the objects, and
 * starts the execution. The first upload of a file, and of the same rows, wins. After a crash between any two steps the same upload
 * continues, and nothing is sent twice. Throws InvalidCsv, UnsupportedMedia, FileTooLarge, BadRequest or Conflict, and leaves no object behind
 * then; parts of an unfinished upload are left to the bucket's lifecycle rule.
 */
export async function ingest(
  deps: IngestDeps,
  { source, options, maxRows, fileName, keyName, hold, onRow }: Upload,
): Promise<Ingested> {
  const inspection = await inspectCsv(source, hashedWith(options));
  const batchId = batchIdOf(inspection, options);

  const existing = await deps.store.get(batchId);
  if (existing) return uploadedBefore(deps, existing, options, encodingName(inspection, options));

  const encoding = options.encoding ?? encodingOf(inspection).name;
  const now = deps.clock.now();
  checkSchedule(options.sendAt, now);
  const [perSecond, quota] = await Promise.all([deps.sendRate(), options.dryRun ? undefined : quotaOf(deps)]);
  // The keys of the rows contain the time, so rows.csv and the record must have the same.
  const batch = {
    batchId,
    createdAt: new Date(now).toISOString(),
    ...(options.campaignId === undefined ? {} : { campaignId: options.campaignId }),
  };
  const uploadId = deps.newUploadId();
  const summary = await writeObjects(deps, {
    ...batch,
    ...expiryOf(deps, options, now),
    uploadId,
    source,
    inspection,
    options: readOptionsOf(deps, options, maxRows),
    onRow,
  });
  const rowsPerChild = rowsPerChildFor(summary.enqueued, perSecond);
  const rowsKey = rowsKeyOf(summary.rowsHash, options);
  const other = await claimRows(deps, rowsKey, batchId);
  if (other) {
    await deps.objects.remove(batchId, uploadId);
    return uploadedBefore(deps, other, options, 'any');
  }
  const { created, record } = await claimRecord(deps, {
    ...batch,
    uploadId,
    rowsKey,
    summary,
    options,
    encoding,
    status: hold ? 'READY' : 'INGESTING',
    maxConcurrency: concurrencyFor(perSecond, rowsPerChild),
    rowsPerChild,
    warnings: [...summary.warnings, ...warningsOf(summary, options, { perSecond, quota, now })],
    ...(fileName !== undefined && { fileName }),
    ...(keyName !== undefined && { uploadedBy: keyName }),
  });
  if (!created) {
    await deps.objects.remove(batchId, uploadId);
    return uploadedBefore(deps, record, options, encoding);
  }
  const started = await ensureStarted(deps, record);
  if (started.batchId !== batchId) {
    await deps.objects.remove(batchId, uploadId);
    return { record: started, duplicate: true, skippedRows: [] };
  }
  return { record: started, duplicate: false, skippedRows: summary.skippedRows };
}

/**
 * Writes the objects; once more when an address of the file was erased meanwhile, which is then suppressed. An erasure that begins after that
 * finds the record or, as it looks twice, the record that is written in the next moment.
 */
async function writeObjects({ objects, erasures }: IngestDeps, wanted: ObjectsToWrite): Promise<CsvSummary> {
  for (let seen = await erasures.seen(); ; ) {
    const summary = await objects.write(wanted);
    const erased = await erasures.since(seen);
    const { hashes } = erased;
    if (hashes !== 'unknown' && !hashes.some((hash) => summary.addresses.hasHash(hash))) return summary;
    await objects.remove(wanted.batchId, wanted.uploadId);
    seen = erased.seen;
  }
}

/** The items of a scheduled campaign are kept as long after it is sent. */
function expiryOf({ sends }: IngestDeps, { sendAt }: CampaignOptions, now: number): RowsExpire {
  const from = Math.max(now, sendAt === undefined ? 0 : Date.parse(sendAt));
  return { rowExpiresAt: rowExpiresAt(sends, from), contentExpiresAt: contentExpiresAt(from) };
}

/** The same file again, or the same rows in other bytes: returns the campaign's state, and starts its execution if a crash prevented that. */
async function uploadedBefore(
  deps: IngestDeps,
  existing: CampaignRecord,
  options: CampaignOptions,
  encoding: string | undefined,
): Promise<Ingested> {
  checkSameOptions(existing, options, encoding);
  return { record: await ensureStarted(deps, existing), duplicate: true, skippedRows: [] };
}

/** What the id of the batch depends on besides the file. */
export const hashedWith = ({ campaignId, templates = {}, encoding }: CampaignOptions): InspectOptions => ({
  hashPrefix: hashPrefixOf(campaignId),
  hashSuffix: hashSuffixOf(templates),
  encoding,
});

export const readOptionsOf = (
  { suppressions }: Pick<IngestDeps, 'suppressions'>,
  { format, templates }: CampaignOptions,
  maxRows: number,
): ReadOptions => ({ format, templates, maxRows, suppressed: suppressions.reasonsOf });

/** The given encoding, or else the detected one. Undefined when none fits the file. */
export const encodingName = ({ encoding }: Inspection, options: CampaignOptions): string | undefined =>
  options.encoding ?? (encoding instanceof PregonError ? undefined : encoding.name);

interface Counted extends RowsOf {
  uploadId: string;
  rowsKey: string;
  summary: CsvSummary;
  options: CampaignOptions;
  encoding: string;
  status: 'READY' | 'INGESTING';
  maxConcurrency: number;
  rowsPerChild: number;
  fileName?: string;
  uploadedBy?: string;
  warnings: string[];
}

/** Undefined when SES does not tell its quota: that only leaves a warning out. */
export async function quotaOf(deps: Pick<IngestDeps, 'sendQuota' | 'telemetry'>): Promise<SendQuota | undefined> {
  try {
    return await deps.sendQuota();
  } catch (error) {
    deps.telemetry.warn('SES did not return its quota, so the upload is not compared with it', { error });
    return undefined;
  }
}

function warningsOf(
  { enqueued }: CsvSummary,
  { sendAt }: CampaignOptions,
  { perSecond, quota, now }: { perSecond: number; quota: SendQuota | undefined; now: number },
): string[] {
  const startAt = sendAt === undefined ? now : Date.parse(sendAt);
  const warning = quota && quotaWarning({ ...quota, rows: enqueued, perSecond, startAt }, now);
  return warning === undefined ? [] : [warning];
}

async function claimRecord(deps: IngestDeps, counted: Counted) {
  const { summary, options, ...batch } = counted;
  // Written before any send of the day, because lists by date read these markers.
  await markDay(deps.sends, dayOf(batch.createdAt));
  return deps.store.create({
    ...batch,
    ...(options.sendAt === undefined ? {} : { sendAt: options.sendAt }),
    ...(options.fromName === undefined ? {} : { fromName: options.fromName }),
    ...(options.replyTo === undefined ? {} : { replyTo: options.replyTo }),
    subject: summary.subject,
    total: summary.total,
    enqueued: summary.enqueued,
    skipped: summary.skipped,
    dryRun: options.dryRun,
    format: options.format,
    sendTimeoutSeconds: deps.sendTimeoutSeconds,
    redriveCount: 0,
  });
}
