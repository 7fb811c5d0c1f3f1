import Container from '@cloudscape-design/components/container';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import { mapRunPath, parseArn } from '../api/arn.ts';
import type { Execution } from '../api/types.ts';
import { Elapsed } from '../components/Elapsed.tsx';
import { ExecutionStatusLabel } from '../components/ExecutionStatusLabel.tsx';
import { formatTime } from '../format/time.ts';
import { useNarrow } from '../live/useMedia.ts';

export function ExecutionSummary({ execution }: { execution: Execution }) {
  const narrow = useNarrow();
  const { redriveCount = 0, redriveDate, mapRunArn } = execution;
  const items: KeyValuePairsProps.Pair[] = [
    { label: 'Status', value: <ExecutionStatusLabel status={execution.status} /> },
    { label: 'Started', value: formatTime(execution.startDate) },
    { label: 'Duration', value: <Elapsed from={execution.startDate} to={execution.stopDate} /> },
    {
      label: 'Redrives',
      value: redriveDate === undefined ? redriveCount : `${redriveCount}, the last ${formatTime(redriveDate)}`,
    },
  ];
  if (mapRunArn !== undefined) items.push({ label: 'Map Run', value: <MapRunLink arn={mapRunArn} /> });
  return (
    <Container>
      <KeyValuePairs columns={narrow ? 2 : items.length} minColumnWidth={140} items={items} />
    </Container>
  );
}

function MapRunLink({ arn }: { arn: string }) {
  return <Link href={mapRunPath(arn)}>{parseArn(arn).label ?? 'Map Run'}</Link>;
}
