import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { executionPath, parseArn } from '../api/arn.ts';
import { describeMapRun } from '../api/states.ts';
import { EXECUTION_STATUSES, type MapRun } from '../api/types.ts';
import { Elapsed } from '../components/Elapsed.tsx';
import { ExecutionStatusLabel } from '../components/ExecutionStatusLabel.tsx';
import { Title } from '../components/Title.tsx';
import { ExecutionsTable } from '../executions/ExecutionsTable.tsx';
import { formatCount } from '../format/number.ts';
import { shorten } from '../format/text.ts';
import { formatTime } from '../format/time.ts';
import { type Crumb, usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Failure, Loading } from '../frame/PageStates.tsx';
import { EXECUTIONS, type PageProps } from '../frame/pages.ts';
import { useLive } from '../live/useLive.ts';
import { useNarrow } from '../live/useMedia.ts';
import { MapRunProgress } from './MapRunProgress.tsx';
import { SettingsButton } from './SettingsButton.tsx';

const NOT_STARTED = { title: 'No children yet', hint: 'The Map Run has not started one.' };
const EXPRESS = {
  title: 'No children to show',
  hint: 'Express children are counted above, but Step Functions keeps no record of each.',
};

/** One Map Run: its progress, its rate, its limits and its children. */
export default function MapRunPage({ rest: arn }: PageProps) {
  const live = useLive(
    arn,
    (signal) => describeMapRun(arn, signal),
    // DescribeMapRun has a quota of one call a second for the account.
    (run) => (run?.status === 'RUNNING' ? 2000 : 8000),
  );
  const { label, name } = parseArn(arn);
  usePageTitle(crumbsOf(label ?? name, live.data));
  if (live.data === undefined) {
    if (live.error === undefined) return <Loading what="Map Run" />;
    return <Failure error={live.error} what="the Map Run" retry={live.refresh} />;
  }
  return (
    <SpaceBetween size="l">
      <Title
        name={`Map Run ${label ?? name}`}
        arn={arn}
        actions={<SettingsButton mapRun={live.data} onChanged={live.refresh} />}
      />
      {live.error !== undefined && <Failure error={live.error} what="the Map Run" stale />}
      <MapRunProgress key={arn} mapRun={live.data} />
      <Summary mapRun={live.data} />
      <ExecutionsTable
        title="Children"
        source={{ mapRunArn: arn }}
        statuses={EXECUTION_STATUSES}
        empty={live.data.executionCounts.total === 0 ? NOT_STARTED : EXPRESS}
      />
    </SpaceBetween>
  );
}

function Summary({ mapRun }: { mapRun: MapRun }) {
  const narrow = useNarrow();
  const { redriveCount = 0, redriveDate, maxConcurrency } = mapRun;
  return (
    <Container>
      <KeyValuePairs
        columns={narrow ? 2 : 4}
        minColumnWidth={140}
        items={[
          { label: 'Status', value: <ExecutionStatusLabel status={mapRun.status} /> },
          { label: 'Started', value: formatTime(mapRun.startDate) },
          { label: 'Duration', value: <Elapsed from={mapRun.startDate} to={mapRun.stopDate} /> },
          {
            label: 'Redrives',
            value: redriveDate === undefined ? redriveCount : `${redriveCount}, the last ${formatTime(redriveDate)}`,
          },
          { label: 'Concurrency', value: maxConcurrency === 0 ? 'Not limited' : formatCount(maxConcurrency) },
          { label: 'Tolerated failures', value: toleranceOf(mapRun) },
          {
            label: 'Execution',
            value: <Link href={executionPath(mapRun.executionArn)}>{shorten(parseArn(mapRun.executionArn).name)}</Link>,
          },
        ]}
      />
    </Container>
  );
}

function toleranceOf({ toleratedFailureCount, toleratedFailurePercentage }: MapRun): string {
  const limits = [
    ...(toleratedFailureCount > 0 ? [`${formatCount(toleratedFailureCount)} items`] : []),
    ...(toleratedFailurePercentage > 0 ? [`${toleratedFailurePercentage} %`] : []),
  ];
  return limits.length === 0 ? 'None' : limits.join(' or ');
}

function crumbsOf(label: string, mapRun: MapRun | undefined): Crumb[] {
  return [
    { text: 'Executions', href: EXECUTIONS },
    ...(mapRun === undefined
      ? []
      : [{ text: parseArn(mapRun.executionArn).name, href: executionPath(mapRun.executionArn) }]),
    { text: `Map Run ${label}`, href: '' },
  ];
}
