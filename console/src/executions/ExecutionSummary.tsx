import Container from '@cloudscape-design/components/container';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { mapRunPath, parseArn } from '../api/arn.ts';
import type { Execution } from '../api/types.ts';
import { campaignPath } from '../campaigns/paths.ts';
import { Elapsed } from '../components/Elapsed.tsx';
import { ExecutionStatusLabel } from '../components/ExecutionStatusLabel.tsx';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import type { RowCounts } from '../graph/notes.ts';
import { later } from '../i18n/later.ts';
import { t } from '../i18n/texts.ts';
import { useNarrow } from '../live/useMedia.ts';

const texts = later.executions;

interface ExecutionSummaryProps {
  readonly execution: Execution;
  /** The rows of the campaign by status, if it is the execution of a campaign. */
  readonly counts: RowCounts | undefined;
}

export function ExecutionSummary({ execution, counts }: ExecutionSummaryProps) {
  const narrow = useNarrow();
  const { redriveCount = 0, redriveDate, mapRunArn } = execution;
  const items: KeyValuePairsProps.Pair[] = [
    { label: t.common.status, value: <ExecutionStatusLabel status={execution.status} /> },
    { label: texts.started, value: formatTime(execution.startDate) },
    { label: texts.duration, value: <Elapsed from={execution.startDate} to={execution.stopDate} /> },
    {
      label: texts.redrives,
      value:
        redriveDate === undefined
          ? redriveCount
          : texts.redrivesLast(formatCount(redriveCount), formatTime(redriveDate)),
    },
  ];
  if (counts !== undefined) {
    items.splice(1, 0, {
      label: texts.rows,
      value: (
        <Link href={campaignPath(execution.name)}>
          <Rows counts={counts} />
        </Link>
      ),
    });
  }
  if (mapRunArn !== undefined) items.push({ label: texts.mapRun, value: <MapRunLink arn={mapRunArn} /> });
  return (
    <Container>
      <KeyValuePairs columns={narrow ? 2 : items.length} minColumnWidth={140} items={items} />
    </Container>
  );
}

/** An execution succeeds although rows are in ERROR for good, so the rows are beside its status. */
function Rows({ counts: { PENDING, QUEUED, SENT, ERROR } }: { counts: RowCounts }) {
  const parts = [
    texts.counts.sent(formatCount(SENT)),
    ...(ERROR > 0 ? [texts.counts.error(formatCount(ERROR))] : []),
    ...(PENDING + QUEUED > 0 ? [texts.counts.left(formatCount(PENDING + QUEUED))] : []),
  ].join(', ');
  return ERROR > 0 ? <StatusIndicator type="warning">{parts}</StatusIndicator> : parts;
}

function MapRunLink({ arn }: { arn: string }) {
  return <Link href={mapRunPath(arn)}>{parseArn(arn).label ?? texts.mapRun}</Link>;
}
