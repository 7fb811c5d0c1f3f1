import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import type { Suppression, SuppressionReason } from '../api/suppressions.ts';
import { SHORT_ID } from '../campaigns/standing.ts';
import { formatTime } from '../format/time.ts';
import { t } from '../i18n/texts.ts';
import { sendPath } from '../sends/links.ts';
import { parseSendId } from '../sends/sendId.ts';

/** What harms the sender is red. */
const TYPES: Record<SuppressionReason, StatusIndicatorProps.Type> = {
  unsubscribed: 'stopped',
  manual: 'info',
  bounced: 'error',
  complained: 'error',
};

/** The columns of the list, with a button that removes an entry. */
export function suppressionColumns(
  remove: (address: string, entry: Suppression) => void,
): TableProps.ColumnDefinition<Suppression>[] {
  const texts = t.suppressions;
  return [
    {
      id: 'address',
      header: texts.address,
      isRowHeader: true,
      minWidth: 220,
      cell: ({ address }) =>
        address === undefined ? (
          <Box color="text-body-secondary">{texts.erased}</Box>
        ) : (
          <span className="pg-breaking">{address}</span>
        ),
    },
    {
      id: 'reason',
      header: texts.reason,
      minWidth: 150,
      cell: ({ reason }) => <StatusIndicator type={TYPES[reason]}>{texts.reasons[reason]}</StatusIndicator>,
    },
    {
      id: 'since',
      header: texts.since,
      minWidth: 170,
      cell: ({ since }) => <span className="pg-unbroken">{formatTime(Date.parse(since) / 1000)}</span>,
    },
    { id: 'send', header: texts.send, minWidth: 180, cell: ({ sendId }) => <Cause sendId={sendId} /> },
    {
      id: 'remove',
      header: texts.remove.action,
      minWidth: 110,
      width: 130,
      // One that was erased is removed by those who know the address, and find it by it.
      cell: (entry) => {
        const { address } = entry;
        if (address === undefined) return '–';
        return (
          <Button variant="inline-link" ariaLabel={texts.remove.label(address)} onClick={() => remove(address, entry)}>
            {texts.remove.action}
          </Button>
        );
      },
    },
  ];
}

function Cause({ sendId }: { sendId: string | undefined }) {
  if (sendId === undefined) return '–';
  const { batchId = sendId, row } = parseSendId(sendId) ?? {};
  const short = batchId.slice(0, SHORT_ID);
  return <Link href={sendPath(sendId)}>{row === undefined ? short : t.suppressions.sendOf(String(row), short)}</Link>;
}
