import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useState } from 'react';
import type { MapRun, MapRunCounts } from '../api/types.ts';
import { formatCount, formatRate } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { countOf, doneOf, PARTS } from './counts.ts';
import { MapRunBar } from './MapRunBar.tsx';
import { addSample, rateOf, type Sample } from './rate.ts';

/** Progress and rate of a Map Run: its items, and its children if each processes a batch of items. */
export function MapRunProgress({ mapRun }: { mapRun: MapRun }) {
  const { itemCounts, executionCounts } = mapRun;
  const batched = itemCounts.total !== executionCounts.total && executionCounts.total > 0;
  return (
    <Container header={<Header variant="h2">Progress</Header>}>
      <SpaceBetween size="l">
        <Progress title="Items" counts={itemCounts} aside={<Speed mapRun={mapRun} />} />
        {batched && <Progress title="Children, each with a batch of items" counts={executionCounts} />}
      </SpaceBetween>
    </Container>
  );
}

function Progress({ title, counts, aside }: { title: string; counts: MapRunCounts; aside?: React.ReactNode }) {
  const done = doneOf(counts);
  const percent = counts.total === 0 ? 0 : Math.floor((done / counts.total) * 100);
  return (
    <SpaceBetween size="xs">
      <div className="pg-progress-line">
        <span>
          <Box variant="span" fontWeight="bold">
            {title}
          </Box>{' '}
          {formatCount(done)} of {formatCount(counts.total)} · {percent} %
        </span>
        {aside}
      </div>
      <MapRunBar counts={counts} />
      <ul className="pg-legend pg-legend-bare">
        {PARTS.filter(({ id }) => isShown(id, counts)).map(({ id, text }) => (
          <li key={id}>
            <span className={`pg-swatch pg-part-${id}`} aria-hidden="true" />
            {text} <strong data-count={id}>{formatCount(countOf(counts, id))}</strong>
          </li>
        ))}
      </ul>
    </SpaceBetween>
  );
}

/** The two rarer counts are shown only when they are not 0. */
function isShown(id: (typeof PARTS)[number]['id'], counts: MapRunCounts): boolean {
  return (id !== 'timedOut' && id !== 'pendingRedrive') || countOf(counts, id) > 0;
}

function Speed({ mapRun }: { mapRun: MapRun }) {
  const done = doneOf(mapRun.itemCounts);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every answer is a sample, even with unchanged counts
  useEffect(() => setSamples((old) => addSample(old, { at: Date.now(), done })), [mapRun, done]);
  if (mapRun.status !== 'RUNNING') {
    const seconds = (mapRun.stopDate ?? mapRun.startDate) - (mapRun.redriveDate ?? mapRun.startDate);
    // After a redrive only the total over all runs is known.
    if (seconds <= 0 || mapRun.redriveDate !== undefined) return null;
    return <span className="pg-speed">{formatRate(done / seconds)} per second on average</span>;
  }
  // Until there are two samples, the rate since the start is shown. After a redrive it would include earlier runs.
  const overall =
    mapRun.redriveDate === undefined ? done / Math.max(1, Date.now() / 1000 - mapRun.startDate) : undefined;
  const rate = rateOf(samples) ?? overall;
  if (rate === undefined) return <span className="pg-speed pg-muted">Measuring…</span>;
  const left = mapRun.itemCounts.total - done;
  return (
    <span className="pg-speed">
      <strong>{formatRate(rate)}</strong> per second
      {rate > 0 && left > 0 && ` · ${formatDuration((left / rate) * 1000)} left`}
    </span>
  );
}
