import Header from '@cloudscape-design/components/header';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { RowState } from '../api/sends.ts';
import { formatCount } from '../format/number.ts';
import { Empty } from '../frame/PageStates.tsx';
import { useNarrow } from '../live/useMedia.ts';

const STATUSES: Record<RowState['status'], { type: StatusIndicatorProps.Type; text: string }> = {
  PENDING: { type: 'pending', text: 'Pending' },
  QUEUED: { type: 'in-progress', text: 'Queued' },
  SENT: { type: 'success', text: 'Sent' },
  ERROR: { type: 'error', text: 'Error' },
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
      loadingText="Loading rows"
      sortingDisabled
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Rows' }}
      header={<Header variant="h2">Rows</Header>}
      empty={<Empty title="No rows">The rows are not registered yet.</Empty>}
      visibleColumns={
        narrow ? ['row', 'email', 'status', 'error'] : ['row', 'email', 'subject', 'status', 'attempts', 'error']
      }
      columnDefinitions={[
        { id: 'row', header: 'Row', width: 80, cell: ({ rowNumber }) => formatCount(rowNumber) },
        { id: 'email', header: 'Address', isRowHeader: true, minWidth: 170, cell: ({ email }) => email },
        { id: 'subject', header: 'Subject', minWidth: 160, cell: ({ subject }) => subject },
        { id: 'status', header: 'Status', minWidth: 110, cell: ({ status }) => <Status status={status} /> },
        { id: 'attempts', header: 'Attempts', width: 100, cell: ({ attempts }) => attempts },
        {
          id: 'error',
          header: 'Why',
          minWidth: 200,
          cell: ({ error }) => (error === null ? '–' : `${error.code}: ${error.message}`),
        },
      ]}
    />
  );
}

function Status({ status }: { status: RowState['status'] }) {
  const { type, text } = STATUSES[status];
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}
