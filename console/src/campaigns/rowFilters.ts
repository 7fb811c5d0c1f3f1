import type { SendStatus } from '../api/campaigns.ts';

/** The rows that a filter shows, by their statuses in the ledger. Those that were skipped when the file was read are not in it. */
export const ROW_FILTERS = {
  SENT: ['SENT'],
  ERROR: ['ERROR'],
  WAITING: ['PENDING', 'QUEUED'],
  SKIPPED: [],
} as const satisfies Record<string, readonly SendStatus[]>;
export type RowFilter = keyof typeof ROW_FILTERS;

/** Undefined for any other text: then all rows are shown. */
export const rowFilterOf = (text: string | null): RowFilter | undefined =>
  text !== null && Object.hasOwn(ROW_FILTERS, text) ? (text as RowFilter) : undefined;
