import { z } from 'zod';
import { campaignPathSchema } from './campaigns.ts';
import { FAILED_CSV, SENDS_CSV, SKIPPED_CSV } from './examples.ts';
import type { AnswerDoc, RouteDoc } from './routes.ts';
import { statusSchema } from './sends.ts';

/** The query of `sends.csv`. */
export const reportQuerySchema = z.object({ status: statusSchema });

const campaign = { params: { path: campaignPathSchema }, tag: 'Campaigns' } as const;
const UNKNOWN = { 404: 'There is no such campaign' };
const csv = (description: string, example: string): Record<number, AnswerDoc> => ({
  200: { description, schema: z.string(), contentType: 'text/csv', example },
  202: { description: 'The report takes longer than a request may: ask again after `Retry-After` seconds' },
  303: { description: 'The report is at the address in `Location`, which is valid for five minutes' },
});

/** Reports of a campaign as CSV. They begin with a byte order mark, and a cell that would run as a formula has an apostrophe before it. */
export const REPORT_ROUTES: readonly RouteDoc[] = [
  {
    ...campaign,
    method: 'get',
    path: '/campaigns/{batchId}/skipped.csv',
    operationId: 'getSkippedRows',
    summary: 'The rows that were skipped, with the reason',
    answers: csv('Columns row, email, reason, code', SKIPPED_CSV),
    problems: UNKNOWN,
  },
  {
    tag: 'Campaigns',
    params: { path: campaignPathSchema, query: reportQuerySchema },
    method: 'get',
    path: '/campaigns/{batchId}/sends.csv',
    operationId: 'getSends',
    summary: 'Every recipient with its state',
    answers: csv('One line for each recipient', SENDS_CSV),
    problems: { ...UNKNOWN, 400: 'The status is not known' },
  },
  {
    ...campaign,
    method: 'get',
    path: '/campaigns/{batchId}/failed.csv',
    operationId: 'getFailedRows',
    summary: 'The rows that were not sent, in the format of the file, with the reason',
    description: 'Corrected, it can be uploaded. Suppressed, erased and unconfirmed rows are left out.',
    answers: csv('The columns of the file, and reason', FAILED_CSV),
    problems: UNKNOWN,
  },
];
