import type { CampaignView, FailedSend, UploadView } from './client.ts';
import { duration } from './progress.ts';

/** Rows of each kind in the summary. The reports list all of them. */
const SHOWN = 5;

/** Rows to request: one more than is shown, so that the summary knows whether there are more. */
export const FAILED_SENDS_ASKED = SHOWN + 1;

/** The end of a campaign as text: counts by status, then the first errors and skipped rows with their reasons. */
export function campaignSummary(
  campaign: CampaignView,
  failed: readonly FailedSend[],
  skippedRows: UploadView['skippedRows'],
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
    ),
    ...rowsBlock(
      'skipped',
      skippedRows.map(({ row, email, reason }) => [`row ${row}`, email, reason]),
      campaign.skipped,
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

function rowsBlock(title: string, rows: string[][], total: number): string[] {
  if (rows.length === 0) return [];
  const left = total - Math.min(SHOWN, rows.length);
  const more = left > 0 ? [`    and ${left} more`] : [];
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
