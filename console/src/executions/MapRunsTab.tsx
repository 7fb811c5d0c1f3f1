import Badge from '@cloudscape-design/components/badge';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table from '@cloudscape-design/components/table';
import { mapRunPath, parseArn } from '../api/arn.ts';
import type { MapRun } from '../api/types.ts';
import { Elapsed } from '../components/Elapsed.tsx';
import { ExecutionStatusLabel } from '../components/ExecutionStatusLabel.tsx';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { useNarrow } from '../live/useMedia.ts';
import { doneOf } from '../map-runs/counts.ts';
import { MapRunBar } from '../map-runs/MapRunBar.tsx';

/** The Map Runs of an execution, newest first. */
export function MapRunsTab({ mapRuns }: { mapRuns: readonly MapRun[] }) {
  const narrow = useNarrow();
  return (
    <Table
      variant="container"
      items={mapRuns}
      trackBy="mapRunArn"
      sortingDisabled
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Map Runs' }}
      header={
        <Header variant="h2" counter={`(${mapRuns.length})`}>
          Map Runs
        </Header>
      }
      visibleColumns={
        narrow ? ['label', 'status', 'items'] : ['label', 'status', 'items', 'redrives', 'started', 'duration']
      }
      columnDefinitions={[
        {
          id: 'label',
          header: 'Map Run',
          isRowHeader: true,
          minWidth: 130,
          cell: ({ mapRunArn }) => <Link href={mapRunPath(mapRunArn)}>{parseArn(mapRunArn).label ?? mapRunArn}</Link>,
        },
        {
          id: 'status',
          header: 'Status',
          minWidth: 120,
          cell: ({ status }) => <ExecutionStatusLabel status={status} />,
        },
        {
          id: 'items',
          header: 'Items',
          minWidth: 160,
          width: 300,
          cell: ({ itemCounts }) => (
            <>
              <MapRunBar counts={itemCounts} thin />
              <span className="pg-muted">
                {formatCount(doneOf(itemCounts))} of {formatCount(itemCounts.total)}
              </span>
            </>
          ),
        },
        {
          id: 'redrives',
          header: 'Redrives',
          cell: ({ redriveCount = 0 }) => (redriveCount === 0 ? 0 : <Badge color="blue">{`${redriveCount}×`}</Badge>),
        },
        { id: 'started', header: 'Started', minWidth: 170, cell: ({ startDate }) => formatTime(startDate) },
        {
          id: 'duration',
          header: 'Duration',
          minWidth: 100,
          cell: ({ startDate, stopDate }) => <Elapsed from={startDate} to={stopDate} />,
        },
      ]}
    />
  );
}
