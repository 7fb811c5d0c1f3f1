import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useState } from 'react';
import type { MapRun, MapRunCounts } from '../api/types.ts';
import { formatCount, formatRate } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { later } from '../i18n/later.ts';
import { countOf, doneOf, PARTS, type Part } from './counts.ts';
import { MapRunBar } from './MapRunBar.tsx';
import { addSample, rateOf, type Sample } from './rate.ts';

const texts = later.mapRuns;

/** Progress and rate of a Map Run: its items, and its children if each processes a batch of items. */
export function MapRunProgress({ mapRun }: { mapRun: MapRun }) {
  const { itemCounts, executionCounts } = mapRun;
  const batched = itemCounts.total !== executionCounts.total && executionCounts.total > 0;
  return (
    <Container header={<Header variant="h2">{texts.progress}</Header>}>
      <SpaceBetween size="l">
        <Progress title={texts.items} counts={itemCounts} aside={<Speed mapRun={mapRun} />} />
        {batched && <Progress title={texts.batches} counts={executionCounts} />}
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
          {texts.doneOf(formatCount(done), formatCount(counts.total))} · {percent} %
        </span>
        {aside}
      </div>
      <MapRunBar counts={counts} />
      <ul className="pg-legend pg-legend-bare">
        {PARTS.filter((id) => isShown(id, counts)).map((id) => (
          <li key={id}>
            <span className={`pg-swatch pg-part-${id}`} aria-hidden="true" />
            {texts.parts[id]} <strong data-count={id}>{formatCount(countOf(counts, id))}</strong>
          </li>
        ))}
      </ul>
    </SpaceBetween>
  );
}

/** The two rarer counts are shown only when they are not 0. */
function isShown(id: Part, counts: MapRunCounts): boolean {
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
    return <span className="pg-speed">{texts.average(formatRate(done / seconds))}</span>;
  }
  // Until there are two samples, the rate since the start is shown. After a redrive it would include earlier runs.
  const overall =
    mapRun.redriveDate === undefined ? done / Math.max(1, Date.now() / 1000 - mapRun.startDate) : undefined;
  const rate = rateOf(samples) ?? overall;
  if (rate === undefined) return <span className="pg-speed pg-muted">{texts.measuring}</span>;
  const left = mapRun.itemCounts.total - done;
  return (
    <span className="pg-speed">
      <strong>{formatRate(rate)}</strong> {texts.perSecond}
      {rate > 0 && left > 0 && ` · ${texts.left(formatDuration((left / rate) * 1000))}`}
    </span>
  );
}
