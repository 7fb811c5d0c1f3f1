import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import type { Email } from '../api/emails.ts';
import { formatTime } from '../format/time.ts';

const STATES: Record<Email['state'], { type: StatusIndicatorProps.Type; text: string }> = {
  QUEUED: { type: 'pending', text: 'Queued' },
  SENT: { type: 'success', text: 'Sent' },
  ERROR: { type: 'error', text: 'Error' },
};

export const EMAIL_COLUMNS: TableProps.ColumnDefinition<Email>[] = [
  { id: 'recipient', header: 'Recipient', isRowHeader: true, minWidth: 180, cell: ({ recipient }) => recipient },
  { id: 'state', header: 'State', minWidth: 120, cell: ({ state }) => <State state={state} /> },
  { id: 'provider', header: 'Provider', minWidth: 100, cell: ({ provider }) => provider ?? '–' },
  { id: 'retries', header: 'Retries', minWidth: 80, cell: ({ retries }) => retries },
  {
    id: 'lastAttempt',
    header: 'Last attempt',
    minWidth: 190,
    cell: ({ lastAttemptAt }) =>
      lastAttemptAt === null ? (
        '–'
      ) : (
        <span className="pg-unbroken">{formatTime(Date.parse(lastAttemptAt) / 1000)}</span>
      ),
  },
  {
    id: 'error',
    header: 'Why',
    minWidth: 220,
    cell: ({ error }) => (error === undefined ? '–' : <Why error={error} />),
  },
];

function State({ state }: { state: Email['state'] }) {
  const { type, text } = STATES[state];
  return (
    <span className="pg-unbroken">
      <StatusIndicator type={type}>{text}</StatusIndicator>
    </span>
  );
}

/** Each provider's answer on its own line. */
function Why({ error }: { error: NonNullable<Email['error']> }) {
  return (
    <div className="pg-why">
      <strong>{error.code}</strong>
      {error.message.split('; ').map((answer, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two answers may be the same, and their order never changes
        <div key={index}>{answer}</div>
      ))}
    </div>
  );
}
