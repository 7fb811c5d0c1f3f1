import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { mapRunPath, parseArn } from '../api/arn.ts';
import { getCampaign } from '../api/campaigns.ts';
import type { Execution } from '../api/types.ts';
import { Cause } from '../components/Cause.tsx';
import { JsonView } from '../components/JsonView.tsx';
import { Title } from '../components/Title.tsx';
import { formatTime } from '../format/time.ts';
import { type Crumb, usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Failure, Loading } from '../frame/PageStates.tsx';
import type { PageProps } from '../frame/pages.ts';
import { EXECUTIONS } from '../frame/pages.ts';
import { useQuery } from '../frame/router.ts';
import { useLive } from '../live/useLive.ts';
import { EventsTab } from './EventsTab.tsx';
import { ExecutionSummary } from './ExecutionSummary.tsx';
import { GraphTab } from './GraphTab.tsx';
import { MapRunsTab } from './MapRunsTab.tsx';
import { RedriveButton } from './RedriveButton.tsx';
import { StopButton } from './StopButton.tsx';
import { type ExecutionTrace, useExecution } from './useExecution.ts';

/** One execution: its data, its workflow graph, its events and Map Runs. */
export default function ExecutionPage({ rest: arn }: PageProps) {
  const traced = useExecution(arn);
  const { execution } = traced;
  usePageTitle(crumbsOf(arn, execution.data));
  if (execution.data === undefined) {
    if (execution.error === undefined) return <Loading what="execution" />;
    return <Failure error={execution.error} what="the execution" retry={execution.refresh} />;
  }
  return (
    <SpaceBetween size="l">
      <Title
        name={execution.data.name}
        arn={arn}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <StopButton execution={execution.data} onStopped={traced.refresh} />
            <RedriveButton execution={execution.data} onRedriven={traced.refresh} />
          </SpaceBetween>
        }
      />
      {execution.error !== undefined && <Failure error={execution.error} what="the execution" stale />}
      <ExecutionSummary execution={execution.data} />
      <ErrorOf execution={execution.data} />
      <TraceTabs traced={traced} execution={execution.data} />
    </SpaceBetween>
  );
}

function TraceTabs({ traced, execution }: { traced: ExecutionTrace; execution: Execution }) {
  const [query, setQuery] = useQuery();
  const runs = traced.mapRuns.data ?? [];
  return (
    <Tabs
      activeTabId={query.get('tab') ?? 'graph'}
      onChange={({ detail }) => setQuery({ tab: detail.activeTabId === 'graph' ? undefined : detail.activeTabId })}
      ariaLabel="Parts of the execution"
      tabs={[
        { id: 'graph', label: 'Graph', content: <GraphTab traced={traced} execution={execution} /> },
        { id: 'events', label: 'Events', content: <EventsTab traced={traced} /> },
        ...(runs.length > 0
          ? [{ id: 'map-runs', label: `Map Runs (${runs.length})`, content: <MapRunsTab mapRuns={runs} /> }]
          : []),
        { id: 'data', label: 'Input and output', content: <InputAndOutput execution={execution} /> },
        { id: 'definition', label: 'Definition', content: <Definition traced={traced} /> },
      ]}
    />
  );
}

function InputAndOutput({ execution }: { execution: Execution }) {
  return (
    <div className="pg-pair">
      <Container header={<Header variant="h2">Input</Header>}>
        <JsonView text={execution.input} label="input" />
      </Container>
      <Container header={<Header variant="h2">Output</Header>}>
        <JsonView text={execution.output} label="output" />
      </Container>
    </div>
  );
}

function Definition({ traced }: { traced: ExecutionTrace }) {
  if (traced.definition !== undefined) {
    return (
      <Container header={<Header variant="h2">Definition</Header>}>
        <JsonView text={traced.definition.text} label="definition" />
      </Container>
    );
  }
  if (traced.definitionError === undefined) return <Loading what="definition" />;
  return <Failure error={traced.definitionError} what="the definition" />;
}

/** The sweep that continues campaigns runs every minute. */
const CAMPAIGN_MS = 15_000;

/** The error of the execution, and what the campaign knows besides: why SES refused its rows, and when it continues by itself. */
function ErrorOf({ execution }: { execution: Execution }) {
  const { status, error, cause, name, mapRunArn } = execution;
  const isCampaign = status === 'FAILED' && mapRunArn === undefined;
  const campaign = useLive(isCampaign ? name : undefined, (signal) => getCampaign(name, signal), CAMPAIGN_MS).data;
  if (error === undefined && cause === undefined) return null;
  return (
    <Alert type={status === 'ABORTED' ? 'warning' : 'error'} header={error ?? 'Stopped'}>
      <Cause text={cause} />
      {campaign?.nextRetryAt !== undefined && (
        <div>
          {campaign.reason} It continues by itself when half of the daily quota is free, at{' '}
          {formatTime(Date.parse(campaign.nextRetryAt) / 1000)} at the latest.
        </div>
      )}
    </Alert>
  );
}

function crumbsOf(arn: string, execution: Execution | undefined): Crumb[] {
  const { name, label } = parseArn(arn);
  const mapRunArn = execution?.mapRunArn;
  return [
    { text: 'Executions', href: EXECUTIONS },
    ...(mapRunArn === undefined ? [] : [{ text: `Map Run ${label ?? ''}`, href: mapRunPath(mapRunArn) }]),
    { text: execution?.name ?? name, href: '' },
  ];
}
