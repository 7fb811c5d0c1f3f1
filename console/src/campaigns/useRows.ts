import { type CampaignDetail, downloadReport, listSends, type Send } from '../api/campaigns.ts';
import { parseCsv } from '../format/csv.ts';
import { useLive } from '../live/useLive.ts';
import { type PagedList, usePageNumbers, usePaging } from '../paging/usePaging.ts';
import type { Row } from './rowColumns.tsx';
import { ROW_FILTERS, type RowFilter } from './rowFilters.ts';
import { isMoving } from './standing.ts';

const PAGE_SIZE = 50;
const MOVING_MS = 2500;
const QUIET_MS = 12_000;
/** Skipped rows never change. */
const SKIPPED_MS = 3_600_000;

export type Rows = PagedList<Row>;

/** One page of the rows of a campaign, kept up to date. */
export function useRows(campaign: CampaignDetail, filter: RowFilter | undefined, email: string): Rows {
  const { batchId } = campaign;
  const wanted = email.trim();
  const ofLedger = filter !== 'SKIPPED';
  const paging = usePaging(`${batchId} ${filter} ${wanted}`);
  const { index, token, go } = paging;
  const sends = useLive(
    ofLedger ? `rows ${batchId} ${filter} ${wanted} ${token ?? ''}` : undefined,
    (signal) =>
      listSends(
        batchId,
        { statuses: filter && ROW_FILTERS[filter], email: wanted },
        { size: PAGE_SIZE, token },
        signal,
      ),
    isMoving(campaign) ? MOVING_MS : QUIET_MS,
  );
  const numbers = usePageNumbers(paging, sends.data !== undefined, sends.data?.next);
  const skipped = useLive(
    ofLedger ? undefined : `skipped ${batchId}`,
    async () => skippedRows(await (await downloadReport(batchId, 'skipped.csv')).text()),
    SKIPPED_MS,
  );
  if (ofLedger) {
    return { items: sends.data?.sends.map(rowOf), error: sends.error, refresh: sends.refresh, ...numbers };
  }
  const found = skipped.data?.filter((row) => row.email.toLowerCase().includes(wanted.toLowerCase()));
  const pages = Math.max(1, Math.ceil((found?.length ?? 0) / PAGE_SIZE));
  const page = Math.min(index, pages - 1);
  return {
    items: found?.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
    error: skipped.error,
    refresh: skipped.refresh,
    page,
    pages,
    open: false,
    go,
  };
}

function rowOf({ sendId, rowNumber, email, subject, status, attempts, error, lastAttemptAt, feedback }: Send): Row {
  return {
    key: sendId,
    number: rowNumber,
    email,
    subject,
    status: error?.code === 'DeliveryUnconfirmed' ? 'UNCONFIRMED' : status,
    attempts,
    feedback,
    // A row that waits for its next attempt has the error of the last one.
    ...(error != null && status !== 'SENT' && { code: error.code, reason: error.message }),
    at: lastAttemptAt ?? null,
  };
}

/** The rows of `skipped.csv`: row, email, reason, code. */
function skippedRows(csv: string): Row[] {
  const [header = [], ...lines] = parseCsv(csv);
  const cellOf = (line: readonly string[], name: string) => line[header.indexOf(name)] ?? '';
  return lines.map((line) => ({
    key: cellOf(line, 'row'),
    number: Number(cellOf(line, 'row')),
    email: cellOf(line, 'email'),
    status: 'SKIPPED',
    code: cellOf(line, 'code'),
    reason: cellOf(line, 'reason'),
  }));
}
