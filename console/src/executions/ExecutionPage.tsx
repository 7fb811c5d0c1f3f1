import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useMemo } from 'react';
import { mapRunPath, parseArn } from '../api/arn.ts';
import { type Campaign, getCampaign } from '../api/campaigns.ts';
import { getRows, type RowState } from '../api/sends.ts';
import type { Execution } from '../api/types.ts';
import { Cause } from '../components/Cause.tsx';
import { JsonView } from '../components/JsonView.tsx';
import { Title } from '../components/Title.tsx';
import { formatCount } from '../format/number.ts';
import { formatTime } from '../format/time.ts';
import { type Crumb, usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Failure, Loading } from '../frame/PageStates.tsx';
import type { PageProps } from '../frame/pages.ts';
import { EXECUTIONS } from '../frame/pages.ts';
import { useQuery } from '../frame/router.ts';
import { later } from '../i18n/later.ts';
import { useLive } from '../live/useLive.ts';
import { type ChildRows, childRowsOf, nameOfChild } from './childRows.ts';
import { EventsTab } from './EventsTab.tsx';
import { ExecutionSummary } from './ExecutionSummary.tsx';
import { GraphTab } from './GraphTab.tsx';
import { MapRunsTab } from './MapRunsTab.tsx';
import { RedriveButton } from './RedriveButton.tsx';
import { RowsTab } from './RowsTab.tsx';
import { StopButton } from './StopButton.tsx';
import { type ExecutionTrace, useExecution } from './useExecution.ts';

const texts = later.executions;

/** One execution: its data, its workflow graph, its events and Map Runs. */
export default function ExecutionPage({ rest: arn }: PageProps) {
  const traced = useExecution(arn);
  const { execution } = traced;
  const campaign = useCampaign(execution.data);
  const child = useMemo(() => childRowsOf(execution.data?.input), [execution.data?.input]);
  const rows = useRows(child, execution.data?.status);
  const name = child === undefined ? undefined : nameOfChild(child.rows, rows?.[0]?.email);
  usePageTitle(crumbsOf(arn, execution.data, name));
  if (execution.data === undefined) {
    if (execution.error === undefined) return <Loading what={texts.what.execution} />;
    return <Failure error={execution.error} what={texts.what.theExecution} retry={execution.refresh} />;
  }
  return (
    <SpaceBetween size="l">
      <Title
        name={name ?? execution.data.name}
        arn={arn}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <StopButton execution={execution.data} onStopped={traced.refresh} />
            <RedriveButton execution={execution.data} onRedriven={traced.refresh} />
          </SpaceBetween>
        }
      />
      {execution.error !== undefined && <Failure error={execution.error} what={texts.what.theExecution} stale />}
      <ExecutionSummary execution={execution.data} counts={campaign?.counts} />
      <ErrorOf execution={execution.data} campaign={campaign} />
      <TraceTabs traced={traced} execution={execution.data} campaign={campaign} child={child} rows={rows} />
    </SpaceBetween>
  );
}

interface TraceTabsProps {
  readonly traced: ExecutionTrace;
  readonly execution: Execution;
  readonly campaign: Campaign | undefined;
  /** The rows that it sends, and their states in the ledger, if it is a child that sends rows. */
  readonly child: ChildRows | undefined;
  readonly rows: readonly RowState[] | undefined;
}

function TraceTabs({ traced, execution, campaign, child, rows }: TraceTabsProps) {
  const [query, setQuery] = useQuery();
  const runs = traced.mapRuns.data ?? [];
  return (
    <Tabs
      activeTabId={query.get('tab') ?? 'graph'}
      onChange={({ detail }) => setQuery({ tab: detail.activeTabId === 'graph' ? undefined : detail.activeTabId })}
      ariaLabel={texts.tabs.label}
      tabs={[
        {
          id: 'graph',
          label: texts.tabs.graph,
          content: <GraphTab traced={traced} execution={execution} campaign={campaign} />,
        },
        ...(child === undefined
          ? []
          : [{ id: 'rows', label: texts.rowsTab(formatCount(child.rows.length)), content: <RowsTab rows={rows} /> }]),
        { id: 'events', label: texts.tabs.events, content: <EventsTab traced={traced} /> },
        ...(runs.length > 0
          ? [
              {
                id: 'map-runs',
                label: texts.mapRunsTab(formatCount(runs.length)),
                content: <MapRunsTab mapRuns={runs} />,
              },
            ]
          : []),
        { id: 'data', label: texts.tabs.data, content: <InputAndOutput execution={execution} /> },
        { id: 'definition', label: texts.tabs.definition, content: <Definition traced={traced} /> },
      ]}
    />
  );
}

function InputAndOutput({ execution }: { execution: Execution }) {
  return (
    <div className="pg-pair">
      <Container header={<Header variant="h2">{texts.input}</Header>}>
        <JsonView text={execution.input} label={texts.json.input} />
      </Container>
      <Container header={<Header variant="h2">{texts.output}</Header>}>
        <JsonView text={execution.output} label={texts.json.output} />
      </Container>
    </div>
  );
}

function Definition({ traced }: { traced: ExecutionTrace }) {
  if (traced.definition !== undefined) {
    return (
      <Container header={<Header variant="h2">{texts.tabs.definition}</Header>}>
        <JsonView text={traced.definition.text} label={texts.json.definition} />
      </Container>
    );
  }
  if (traced.definitionError === undefined) return <Loading what={texts.what.definition} />;
  return <Failure error={traced.definitionError} what={texts.what.definition} />;
}

const RUNNING_MS = 2000;
/** A campaign that ended continues by a redrive, or by the sweep, which runs every minute. */
const ENDED_MS = 15_000;

/** The campaign whose execution this is. Undefined for every other execution. */
function useCampaign(execution: Execution | undefined): Campaign | undefined {
  const name = execution?.mapRunArn === undefined ? execution?.name : undefined;
  const interval = execution?.status === 'RUNNING' ? RUNNING_MS : ENDED_MS;
  const key = name && `${name} ${execution?.status}`;
  return useLive(key, (signal) => getCampaign(name ?? '', signal), interval).data;
}

/** The ledger's states of the rows of a child, in their order. */
function useRows(
  child: ChildRows | undefined,
  status: Execution['status'] | undefined,
): readonly RowState[] | undefined {
  const interval = status === 'RUNNING' ? RUNNING_MS : ENDED_MS;
  const key = child && `rows ${child.batchId} ${child.rows.join()} ${status}`;
  const load = async (signal: AbortSignal) => {
    const found = await getRows(child?.batchId ?? '', child?.rows ?? [], signal);
    return (child?.rows ?? []).flatMap((row) => found.get(row) ?? []);
  };
  return useLive(key, load, interval).data;
}

/** The error of the execution, and what the campaign knows besides: why SES refused its rows, and when it continues by itself. */
function ErrorOf({ execution, campaign }: { execution: Execution; campaign: Campaign | undefined }) {
  const { status, error, cause } = execution;
  if (error === undefined && cause === undefined) return null;
  return (
    <Alert type={status === 'ABORTED' ? 'warning' : 'error'} header={error ?? texts.stopped}>
      <Cause text={cause} error={error} />
      {campaign?.reason !== undefined && <div>{campaign.reason}</div>}
      {campaign?.nextRetryAt !== undefined && (
        <div>{texts.continuesAt(formatTime(Date.parse(campaign.nextRetryAt) / 1000))}</div>
      )}
    </Alert>
  );
}

function crumbsOf(arn: string, execution: Execution | undefined, rows: string | undefined): Crumb[] {
  const { name, label } = parseArn(arn);
  const mapRunArn = execution?.mapRunArn;
  return [
    { text: texts.title, href: EXECUTIONS },
    ...(mapRunArn === undefined ? [] : [{ text: texts.mapRunOf(label ?? ''), href: mapRunPath(mapRunArn) }]),
    { text: rows ?? execution?.name ?? name, href: '' },
  ];
}
