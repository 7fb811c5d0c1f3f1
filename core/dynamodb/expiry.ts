const DAY_SECONDS = 24 * 3600;

/** Contents are kept this long after they could first be sent: twice the 30 days of most complaints, and the 14 days of a redrive. */
export const CONTENT_DAYS = 75;
/**
 * A campaign can be scheduled this far ahead: its execution may be open for a year in all.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const MAX_SCHEDULE_DAYS = 330;
/** How long rows, orders and what belongs to them are kept, unless the deployment says otherwise. */
export const DEFAULT_ROW_DAYS = 400;

interface Kept {
  /** How long rows are kept, in days. */
  rowDays?: number;
}

/**
 * The attribute by which DynamoDB deletes an item, in seconds since the epoch. Every item gets it when it is written, but campaign
 * records and the claims on their rows, which make an upload idempotent for good, and the few items of limiters and breakers. `from` is
 * when it is written or, for a later schedule, when it is sent; in milliseconds since the epoch.
 */
export const contentExpiresAt = (from: number): number => later(from, CONTENT_DAYS);
export const rowExpiresAt = ({ rowDays = DEFAULT_ROW_DAYS }: Kept, from: number): number => later(from, rowDays);
/** Of what must outlive every row that is written now. */
export const lastRowExpiresAt = ({ rowDays = DEFAULT_ROW_DAYS }: Kept, now: number): number =>
  later(now, rowDays + MAX_SCHEDULE_DAYS);

const later = (from: number, days: number) => Math.ceil(from / 1000) + days * DAY_SECONDS;

/**
 * Whether readers must take the item as deleted. DynamoDB deletes an expired item some days late.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
 */
export const isExpired = ({ expiresAt }: { expiresAt?: unknown }, now: number): boolean =>
  typeof expiresAt === 'number' && expiresAt * 1000 <= now;
