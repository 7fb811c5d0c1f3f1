import Link from '@cloudscape-design/components/link';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import { awsConsoleUrl } from '../api/arn.ts';
import type { SendStatus } from '../api/campaigns.ts';
import type { FeedbackKind } from '../api/sends.ts';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { local } from '../frame/local.ts';
import { t } from '../i18n/texts.ts';
import { FEEDBACK_TYPES } from '../sends/feedbackTypes.ts';
import { sendPath, tracePath } from '../sends/links.ts';
import { wordsOf } from './errorWords.ts';

/** A row of a campaign's file: one that is in the ledger, or one that was skipped. */
export interface Row {
  /** Of one in the ledger its send id. */
  readonly key: string;
  readonly number: number;
  readonly email: string;
  readonly subject?: string;
  readonly status: SendStatus | 'UNCONFIRMED' | 'SKIPPED';
  readonly attempts?: number;
  /** The strongest of what was heard of its email. */
  readonly feedback?: FeedbackKind | null | undefined;
  readonly code?: string;
  readonly reason?: string;
  /** ISO 8601. */
  readonly at?: string | null;
}

const TYPES: Record<Row['status'], StatusIndicatorProps.Type> = {
  PENDING: 'pending',
  QUEUED: 'in-progress',
  SENT: 'success',
  ERROR: 'error',
  UNCONFIRMED: 'warning',
  SKIPPED: 'stopped',
};

/** The columns of the rows of a campaign with this execution. */
export const rowColumns = (executionArn: string): TableProps.ColumnDefinition<Row>[] => [
  {
    id: 'number',
    header: t.campaigns.rows.row,
    minWidth: 70,
    width: 80,
    cell: ({ number, status, key }) =>
      // A skipped row was never sent, so it has no page.
      status === 'SKIPPED' ? formatCount(number) : <Link href={sendPath(key)}>{formatCount(number)}</Link>,
  },
  {
    id: 'email',
    header: t.campaigns.rows.email,
    isRowHeader: true,
    minWidth: 240,
    cell: ({ email }) => <span className="pg-breaking">{email}</span>,
  },
  { id: 'subject', header: t.campaigns.rows.subject, minWidth: 130, cell: ({ subject }) => subject ?? '–' },
  {
    id: 'status',
    header: t.common.status,
    minWidth: 120,
    cell: ({ status, feedback }) => (
      <div className="pg-unbroken">
        <StatusIndicator type={TYPES[status]}>{t.campaigns.rows.statuses[status]}</StatusIndicator>
        {feedback != null && (
          <div className="pg-small">
            <StatusIndicator type={FEEDBACK_TYPES[feedback]}>{t.sends.events[feedback]}</StatusIndicator>
          </div>
        )}
      </div>
    ),
  },
  {
    id: 'attempts',
    header: t.campaigns.rows.attempts,
    minWidth: 90,
    width: 100,
    cell: ({ attempts }) => attempts ?? '–',
  },
  { id: 'reason', header: t.campaigns.rows.reason, minWidth: 200, cell: (row) => <Reason row={row} /> },
  {
    id: 'trace',
    header: t.campaigns.trace,
    minWidth: 80,
    width: 90,
    cell: (row) => <Trace row={row} executionArn={executionArn} />,
  },
  {
    id: 'at',
    header: t.campaigns.rows.lastAttempt,
    minWidth: 170,
    cell: ({ at }) => (at == null ? '–' : <span className="pg-unbroken">{formatTime(Date.parse(at) / 1000)}</span>),
  },
];

/** Leads to the child execution that sent the row; on AWS to the campaign's execution, because a browser cannot search its children there. */
function Trace({ row: { key, status }, executionArn }: { row: Row; executionArn: string }) {
  // No child has such a row yet, or ever.
  if (status === 'SKIPPED' || status === 'PENDING') return '–';
  if (local !== undefined) return <Link href={tracePath(key)}>{t.campaigns.trace}</Link>;
  return (
    <Link href={awsConsoleUrl(executionArn)} external>
      {t.campaigns.trace}
    </Link>
  );
}

function Reason({ row: { code, reason, status } }: { row: Row }) {
  if (code === undefined) return '–';
  return (
    <div className="pg-breaking">
      {status !== 'SKIPPED' && <div>{wordsOf(code).what}</div>}
      {reason !== undefined && <div className={status === 'SKIPPED' ? '' : 'pg-muted pg-small'}>{reason}</div>}
    </div>
  );
}
