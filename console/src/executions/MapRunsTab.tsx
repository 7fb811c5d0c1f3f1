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
import { later } from '../i18n/later.ts';
import { t } from '../i18n/texts.ts';
import { useNarrow } from '../live/useMedia.ts';
import { doneOf } from '../map-runs/counts.ts';
import { MapRunBar } from '../map-runs/MapRunBar.tsx';

/** The Map Runs of an execution, newest first. */
export function MapRunsTab({ mapRuns }: { mapRuns: readonly MapRun[] }) {
  const narrow = useNarrow();
  const texts = later.executions;
  return (
    <Table
      variant="container"
      items={mapRuns}
      trackBy="mapRunArn"
      sortingDisabled
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: texts.mapRuns }}
      header={
        <Header variant="h2" counter={`(${mapRuns.length})`}>
          {texts.mapRuns}
        </Header>
      }
      visibleColumns={
        narrow ? ['label', 'status', 'items'] : ['label', 'status', 'items', 'redrives', 'started', 'duration']
      }
      columnDefinitions={[
        {
          id: 'label',
          header: texts.mapRun,
          isRowHeader: true,
          minWidth: 130,
          cell: ({ mapRunArn }) => <Link href={mapRunPath(mapRunArn)}>{parseArn(mapRunArn).label ?? mapRunArn}</Link>,
        },
        {
          id: 'status',
          header: t.common.status,
          minWidth: 120,
          cell: ({ status }) => <ExecutionStatusLabel status={status} />,
        },
        {
          id: 'items',
          header: texts.items,
          minWidth: 160,
          width: 300,
          cell: ({ itemCounts }) => (
            <>
              <MapRunBar counts={itemCounts} thin />
              <span className="pg-muted">
                {texts.doneOf(formatCount(doneOf(itemCounts)), formatCount(itemCounts.total))}
              </span>
            </>
          ),
        },
        {
          id: 'redrives',
          header: texts.redrives,
          cell: ({ redriveCount = 0 }) => (redriveCount === 0 ? 0 : <Badge color="blue">{`${redriveCount}×`}</Badge>),
        },
        { id: 'started', header: texts.started, minWidth: 170, cell: ({ startDate }) => formatTime(startDate) },
        {
          id: 'duration',
          header: texts.duration,
          minWidth: 100,
          cell: ({ startDate, stopDate }) => <Elapsed from={startDate} to={stopDate} />,
        },
      ]}
    />
  );
}
