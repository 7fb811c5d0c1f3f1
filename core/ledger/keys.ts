import type { SendStatus } from './send.ts';

/** Shards of a batch: one DynamoDB partition takes 1,000 writes a second. */
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
] as const;

const pad = (rowNumber: number) => String(rowNumber).padStart(8, '0');

export const shardOf = (rowNumber: number): string => (rowNumber % SHARDS).toString(SHARDS);
export const allShards: readonly string[] = Array.from({ length: SHARDS }, (_, n) => n.toString(SHARDS));

/** The day of a time, `2026-11-22`: the middle part of the status index's key. */
export const dayOf = (isoTime: string): string => isoTime.slice(0, 10);

export const sendIdOf = (batchId: string, rowNumber: number): string => `${batchId}-${rowNumber}`;

/** Splits `<batchId>-<rowNumber>`; undefined where it is no send id. */
export function parseSendId(sendId: string): { batchId: string; rowNumber: number } | undefined {
  const match = /^(.+)-([1-9]\d{0,7})$/.exec(sendId);
  return match?.[1] && match[2] ? { batchId: match[1], rowNumber: Number(match[2]) } : undefined;
}

export const stateKey = (batchId: string, rowNumber: number) => ({
  pk: `${batchId}#${shardOf(rowNumber)}`,
  sk: `S#${pad(rowNumber)}`,
});

/** The content lies beside the state item, so that a status change never pays for 10 KB of mail. */
export const contentKey = (batchId: string, rowNumber: number) => ({
  pk: `${batchId}#${shardOf(rowNumber)}`,
  sk: `C#${pad(rowNumber)}`,
});

/** Hash key of `byStatus`: 16 partitions per status and day, so no status is one hot partition. */
export const statusKey = (status: SendStatus, day: string, shard: string): string => `${status}#${day}#${shard}`;

/** The status key of a row in that status; its day is the one on which it was created. */
export const statusKeyOf = (row: { createdAt: string; rowNumber: number }, status: SendStatus): string =>
  statusKey(status, dayOf(row.createdAt), shardOf(row.rowNumber));

/** Range key of both indexes: by time, then batch, then row. */
export const createdKey = (createdAt: string, batchId: string, rowNumber: number): string =>
  `${createdAt}#${batchId}#${pad(rowNumber)}`;

export const campaignKey = (batchId: string) => ({ pk: `CAMPAIGN#${batchId}`, sk: 'CAMPAIGN' });
/** Hash key of `byStatus` for campaign records: campaigns are few, so they may share one partition. */
export const CAMPAIGN_LIST_KEY = 'CAMPAIGN';
export const progressKey = (batchId: string) => ({ pk: `CAMPAIGN#${batchId}`, sk: 'PROGRESS' });
export const limiterKey = (name: string) => ({ pk: `LIMITER#${name}`, sk: 'LIMITER' });
/** Every day on which anything was created has a marker: the walk over days meets no empty one and ends where they do. */
export const DAYS_KEY = 'LEDGER';
export const dayKey = (day: string) => ({ pk: DAYS_KEY, sk: `DAY#${day}` });
