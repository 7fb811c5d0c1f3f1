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
import { later } from '../i18n/later.ts';
import { t } from '../i18n/texts.ts';
import { useLive } from '../live/useLive.ts';
import { useNarrow } from '../live/useMedia.ts';
import { MapRunProgress } from './MapRunProgress.tsx';
import { SettingsButton } from './SettingsButton.tsx';

const texts = later.mapRuns;
const NOT_STARTED = { title: texts.noneYet, hint: texts.noneYetHint };
const EXPRESS = { title: texts.express, hint: texts.expressHint };

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
    if (live.error === undefined) return <Loading what={texts.what} />;
    return <Failure error={live.error} what={texts.theMapRun} retry={live.refresh} />;
  }
  return (
    <SpaceBetween size="l">
      <Title
        name={later.executions.mapRunOf(label ?? name)}
        arn={arn}
        actions={<SettingsButton mapRun={live.data} onChanged={live.refresh} />}
      />
      {live.error !== undefined && <Failure error={live.error} what={texts.theMapRun} stale />}
      <MapRunProgress key={arn} mapRun={live.data} />
      <Summary mapRun={live.data} />
      <ExecutionsTable
        title={texts.children}
        what={texts.theChildren}
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
          { label: t.common.status, value: <ExecutionStatusLabel status={mapRun.status} /> },
          { label: later.executions.started, value: formatTime(mapRun.startDate) },
          { label: later.executions.duration, value: <Elapsed from={mapRun.startDate} to={mapRun.stopDate} /> },
          {
            label: later.executions.redrives,
            value:
              redriveDate === undefined
                ? redriveCount
                : later.executions.redrivesLast(formatCount(redriveCount), formatTime(redriveDate)),
          },
          { label: texts.concurrency, value: maxConcurrency === 0 ? texts.notLimited : formatCount(maxConcurrency) },
          { label: texts.tolerated, value: toleranceOf(mapRun) },
          {
            label: texts.execution,
            value: <Link href={executionPath(mapRun.executionArn)}>{shorten(parseArn(mapRun.executionArn).name)}</Link>,
          },
        ]}
      />
    </Container>
  );
}

function toleranceOf({ toleratedFailureCount, toleratedFailurePercentage }: MapRun): string {
  const limits = [
    ...(toleratedFailureCount > 0 ? [texts.toleratedItems(formatCount(toleratedFailureCount))] : []),
    ...(toleratedFailurePercentage > 0 ? [`${toleratedFailurePercentage} %`] : []),
  ];
  return limits.length === 0 ? texts.toleratedNone : limits.join(texts.or);
}

function crumbsOf(label: string, mapRun: MapRun | undefined): Crumb[] {
  return [
    { text: later.executions.title, href: EXECUTIONS },
    ...(mapRun === undefined
      ? []
      : [{ text: parseArn(mapRun.executionArn).name, href: executionPath(mapRun.executionArn) }]),
    { text: later.executions.mapRunOf(label), href: '' },
  ];
}
