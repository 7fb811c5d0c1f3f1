import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import type { Email } from '../api/emails.ts';
import { formatTime } from '../format/time.ts';
import { later } from '../i18n/later.ts';

const texts = later.emails;

const TYPES: Record<Email['state'], StatusIndicatorProps.Type> = {
  QUEUED: 'pending',
  SENT: 'success',
  ERROR: 'error',
};

export const EMAIL_COLUMNS: TableProps.ColumnDefinition<Email>[] = [
  { id: 'recipient', header: texts.recipient, isRowHeader: true, minWidth: 180, cell: ({ recipient }) => recipient },
  { id: 'state', header: texts.state, minWidth: 120, cell: ({ state }) => <State state={state} /> },
  { id: 'provider', header: texts.provider, minWidth: 100, cell: ({ provider }) => provider ?? '–' },
  { id: 'retries', header: texts.retries, minWidth: 80, cell: ({ retries }) => retries },
  {
    id: 'lastAttempt',
    header: texts.lastAttempt,
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
    header: texts.why,
    minWidth: 220,
    cell: ({ error }) => (error === undefined ? '–' : <Why error={error} />),
  },
];

function State({ state }: { state: Email['state'] }) {
  return (
    <span className="pg-unbroken">
      <StatusIndicator type={TYPES[state]}>{texts.states[state]}</StatusIndicator>
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
