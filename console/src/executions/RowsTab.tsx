import Header from '@cloudscape-design/components/header';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { RowState } from '../api/sends.ts';
import { formatCount } from '../format/number.ts';
import { Empty } from '../frame/PageStates.tsx';
import { later } from '../i18n/later.ts';
import { t } from '../i18n/texts.ts';
import { useNarrow } from '../live/useMedia.ts';

const texts = later.executions;

const TYPES: Record<RowState['status'], StatusIndicatorProps.Type> = {
  PENDING: 'pending',
  QUEUED: 'in-progress',
  SENT: 'success',
  ERROR: 'error',
};

/** The rows that a child execution sends, with their states in the ledger. */
export function RowsTab({ rows }: { rows: readonly RowState[] | undefined }) {
  const narrow = useNarrow();
  return (
    <Table
      variant="container"
      items={rows ?? []}
      trackBy={({ rowNumber }) => String(rowNumber)}
      loading={rows === undefined}
      loadingText={t.common.loading(texts.loadingRows)}
      sortingDisabled
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: texts.rows }}
      header={<Header variant="h2">{texts.rows}</Header>}
      empty={<Empty title={texts.noRows}>{texts.noRowsHint}</Empty>}
      visibleColumns={
        narrow ? ['row', 'email', 'status', 'error'] : ['row', 'email', 'subject', 'status', 'attempts', 'error']
      }
      columnDefinitions={[
        { id: 'row', header: texts.row, width: 80, cell: ({ rowNumber }) => formatCount(rowNumber) },
        { id: 'email', header: texts.address, isRowHeader: true, minWidth: 170, cell: ({ email }) => email },
        { id: 'subject', header: texts.subject, minWidth: 160, cell: ({ subject }) => subject },
        { id: 'status', header: t.common.status, minWidth: 110, cell: ({ status }) => <Status status={status} /> },
        { id: 'attempts', header: texts.attempts, width: 100, cell: ({ attempts }) => attempts },
        {
          id: 'error',
          header: texts.why,
          minWidth: 200,
          cell: ({ error }) => (error === null ? '–' : `${error.code}: ${error.message}`),
        },
      ]}
    />
  );
}

function Status({ status }: { status: RowState['status'] }) {
  return <StatusIndicator type={TYPES[status]}>{t.sends.statuses[status]}</StatusIndicator>;
}
