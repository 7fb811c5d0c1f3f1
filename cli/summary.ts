import type { CampaignView, FailedSend, UploadView } from './client.ts';
import { duration } from './progress.ts';

/** Rows of each kind in the summary. The reports list all of them. */
const SHOWN = 5;

/** Rows to request. */
export const FAILED_SENDS_ASKED = SHOWN;

/**
 * The end of a campaign as text: counts by status, then the first errors and skipped rows with their reasons, and the pages that show all of
 * them.
 */
export function campaignSummary(
  campaign: CampaignView,
  failed: readonly FailedSend[],
  skippedRows: UploadView['skippedRows'],
  pages: { errors: string; skipped: string },
): string {
  const { counts } = campaign;
  const numbers: [string, number][] = [
    ['sent', counts.SENT],
    ['errors', counts.ERROR],
    ...(campaign.unconfirmed > 0 ? ([['unconfirmed', campaign.unconfirmed]] as [string, number][]) : []),
    ...(counts.QUEUED > 0 ? ([['queued', counts.QUEUED]] as [string, number][]) : []),
    ...(counts.PENDING > 0 ? ([['pending', counts.PENDING]] as [string, number][]) : []),
    ['skipped', campaign.skipped],
    ['rows', campaign.total],
  ];
  return [
    headline(campaign),
    ...(campaign.reason ? [`  ${campaign.reason}`] : []),
    ...(campaign.nextRetryAt ? [`  ${continuesText(campaign.nextRetryAt)}`] : []),
    ...table(numbers.map(([name, value]) => [name, String(value)])),
    ...rowsBlock(
      'errors',
      failed.map(({ rowNumber, email, error }) => [
        `row ${rowNumber}`,
        email,
        error ? `${error.code}: ${error.message}` : '',
      ]),
      counts.ERROR,
      pages.errors,
    ),
    ...rowsBlock(
      'skipped',
      skippedRows.map(({ row, email, reason }) => [`row ${row}`, email, reason]),
      campaign.skipped,
      pages.skipped,
    ),
  ].join('\n');
}

/** When a campaign that the daily quota stopped continues. */
export const continuesText = (nextRetryAt: string): string =>
  `It continues by itself when half of the daily quota is free, at ${nextRetryAt} at the latest.`;

function headline({ status, startedAt, createdAt, finishedAt, dryRun }: CampaignView): string {
  const dry = dryRun ? ' (dry run: nothing was handed to a provider)' : '';
  if (!finishedAt) return `${status}${dry}`;
  const seconds = Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt ?? createdAt)) / 1000;
  return `${status} in ${seconds < 60 ? `${seconds.toFixed(1)} s` : duration(Math.round(seconds))}${dry}`;
}

function rowsBlock(title: string, rows: string[][], total: number, page: string): string[] {
  if (rows.length === 0) return [];
  const more = total > Math.min(SHOWN, rows.length) ? [`    all ${total}: ${page}`] : [];
  return ['', `  ${title}`, ...table(rows.slice(0, SHOWN)).map((line) => `  ${line}`), ...more];
}

/** Aligns columns. Numbers are aligned to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return rows.map((row) =>
    `  ${row
      .map((cell, index) => (/^\d+$/.test(cell) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join('  ')}`.trimEnd(),
  );
}

/** The addresses of the pages and endpoints of a running stack. */
export function addresses(apiUrl: string, awsEndpoint: string): string {
  return table([
    ['console', `${apiUrl}/console`],
    ['API docs', `${apiUrl}/docs`],
    ['GraphiQL', `${apiUrl}/graphql`],
    ['health', `${apiUrl}/health`],
    ['mailbox', `${awsEndpoint}/_local/mailbox`],
    ['AWS', awsEndpoint],
  ]).join('\n');
}

/** What to do after a campaign that did not succeed; undefined after one that did. `options` chooses the stack. */
export function adviceFor(campaign: CampaignView, options = ''): string | undefined {
  const { status, batchId, reason = '', unconfirmed, nextRetryAt } = campaign;
  if (status === 'SUCCEEDED') return undefined;
  const policy = unconfirmed > 0 ? ' --unconfirmed resend|accept' : '';
  const first = ACCOUNT_ERROR.test(reason) ? 'Clear it with the provider first. ' : '';
  return `${first}To send the remaining rows${nextRetryAt ? ' now' : ''}: npm run redrive -- ${shortId(batchId)} --wait${policy}${options}`;
}

/** Reasons that a redrive alone does not clear. */
const ACCOUNT_ERROR = /^(SendingPaused|AccountSuspended|CredentialsRefused|SenderNotVerified)\b/;

/** Enough of a hash to name it; ids with a name of their own, or of a dry run, are written in full. */
export const shortId = (batchId: string): string => (/^[0-9a-f]{64}$/.test(batchId) ? batchId.slice(0, 12) : batchId);
