import type { SendStatus } from './send.ts';

/** Shards of a batch, because one DynamoDB partition takes 1,000 writes a second. */
export const SHARDS = 16;

export const INDEX = { byStatus: 'byStatus', byAddress: 'byAddress' } as const;

/** What lists show, by name; `createdKey` places it. */
export const LISTED = [
  'batchId',
  'campaignId',
  'rowNumber',
  'email',
  'subject',
  'status',
  'channel',
  'attempts',
  'provider',
  'messageId',
  'error',
  'createdAt',
  'updatedAt',
  'lastAttemptAt',
  'createdKey',
  'expiresAt',
] as const;

/** Of eight digits, so that keys are in the order of the rows. */
export const pad = (rowNumber: number) => String(rowNumber).padStart(8, '0');

export const shardOf = (rowNumber: number): string => (rowNumber % SHARDS).toString(SHARDS);
export const allShards: readonly string[] = Array.from({ length: SHARDS }, (_, n) => n.toString(SHARDS));

/** The day of a time, such as `2026-11-22`. It is part of the status index's key. */
export const dayOf = (isoTime: string): string => isoTime.slice(0, 10);

export const sendIdOf = (batchId: string, rowNumber: number): string => `${batchId}-${rowNumber}`;

/** Splits `<batchId>-<rowNumber>`. Undefined when the text is not a send id. */
export function parseSendId(sendId: string): { batchId: string; rowNumber: number } | undefined {
  const match = /^(.+)-([1-9]\d{0,7})$/.exec(sendId);
  return match?.[1] && match[2] ? { batchId: match[1], rowNumber: Number(match[2]) } : undefined;
}

/** How the range keys of a row's two items begin. */
export const STATE_PREFIX = 'S#';
export const CONTENT_PREFIX = 'C#';

export const stateKey = (batchId: string, rowNumber: number) => ({
  pk: `${batchId}#${shardOf(rowNumber)}`,
  sk: `${STATE_PREFIX}${pad(rowNumber)}`,
});

/** The content is an item of its own, so that a change of status is not charged for 10 KB of mail. */
export const contentKey = (batchId: string, rowNumber: number) => ({
  pk: `${batchId}#${shardOf(rowNumber)}`,
  sk: `${CONTENT_PREFIX}${pad(rowNumber)}`,
});

/** Hash key of `byStatus`: 16 partitions for each status and day, so that no status is one hot partition. */
export const statusKey = (status: SendStatus, day: string, shard: string): string => `${status}#${day}#${shard}`;

/** The status key of a row in that status; its day is the one on which it was created. */
export const statusKeyOf = (row: { createdAt: string; rowNumber: number }, status: SendStatus): string =>
  statusKey(status, dayOf(row.createdAt), shardOf(row.rowNumber));

/** Range key of both indexes: by time, then batch, then row. */
export const createdKey = (createdAt: string, batchId: string, rowNumber: number): string =>
  `${createdAt}#${batchId}#${pad(rowNumber)}`;

export const campaignKey = (batchId: string) => ({ pk: `CAMPAIGN#${batchId}`, sk: 'CAMPAIGN' });
/** The sparse index of the control table: items with a `listKey`, by `createdKey`. */
export const CONTROL_INDEX = 'byList';
/** What the index has besides its keys: attributes that never change, because each change would be one more write. */
export const CONTROL_LISTED = ['batchId', 'campaignId'] as const;
/** Hash key of `byList` for campaign records: campaigns are few, so they may share one partition. */
export const CAMPAIGN_LIST_KEY = 'CAMPAIGN';
/** Lists the campaign for the sweep of those that the daily quota stopped. */
export const campaignQuotaStopKey = (batchId: string) => ({ pk: `CAMPAIGN#${batchId}`, sk: 'QUOTA_STOP' });
export const CAMPAIGN_QUOTA_STOP_KEY = 'CAMPAIGN_QUOTA_STOP';
export const uploadKey = (uploadId: string) => ({ pk: `UPLOAD#${uploadId}`, sk: 'UPLOAD' });
/** Hash key of `byList` for uploads that have not ended. */
export const UPLOAD_LIST_KEY = 'UPLOAD';
/** Names the batch that has these rows. */
export const rowsClaimKey = (rowsKey: string) => ({ pk: `ROWS#${rowsKey}`, sk: 'ROWS' });
/** What is known of a report that is written to S3. */
export const reportKey = (batchId: string, report: string) => ({ pk: `CAMPAIGN#${batchId}`, sk: `REPORT#${report}` });
export const progressKey = (batchId: string) => ({ pk: `CAMPAIGN#${batchId}`, sk: 'PROGRESS' });
/** What was sent in a minute of a running batch. */
export const minuteKey = (batchId: string, minute: string) => ({ pk: `CAMPAIGN#${batchId}`, sk: `MINUTE#${minute}` });
/** The rows of a batch that ended by reason and by minute, written at its end. */
export const breakdownKey = (batchId: string) => ({ pk: `CAMPAIGN#${batchId}`, sk: 'BREAKDOWN' });
export const limiterKey = (name: string) => ({ pk: `LIMITER#${name}`, sk: 'LIMITER' });
/** Every day with sends has a marker, so that lists skip empty days and know where the sends end. */
export const DAYS_KEY = 'LEDGER';
export const dayKey = (day: string) => ({ pk: DAYS_KEY, sk: `DAY#${day}` });

/** Range key of `byStatus` for records that a sweep visits: ordered by the time at which they are due. */
export const dueKey = (dueAt: number, id: string): string => `${new Date(dueAt).toISOString()}#${id}`;
export const idInDueKey = (key: unknown): string => String(key).slice(String(key).indexOf('#') + 1);
