import { z } from 'zod';
import { type CampaignRecord, campaignPrefix } from '../campaigns/campaign.ts';
import { SEND_STATUSES } from '../ledger/send.ts';

/** A report that is made from the ledger. The report of skipped rows is written by the ingest. */
export const reportSchema = z.object({
  kind: z.enum(['sends', 'failed']),
  /** Of `sends`: only rows in these statuses; all where it is left out. */
  statuses: z.array(z.enum(SEND_STATUSES)).optional(),
});
export type Report = z.output<typeof reportSchema>;

/** The name of a report: one for each kind and each set of statuses. */
export const reportName = ({ kind, statuses }: Report): string =>
  [kind, ...SEND_STATUSES.filter((status) => statuses?.includes(status))].join('-');

export const reportObjectKey = ({ batchId, uploadId }: CampaignRecord, report: Report): string =>
  `${campaignPrefix(batchId, uploadId)}/reports/${reportName(report)}.csv`;
