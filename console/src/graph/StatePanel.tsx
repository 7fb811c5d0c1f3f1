import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { mapRunPath, parseArn } from '../api/arn.ts';
import type { MapRun } from '../api/types.ts';
import { Cause } from '../components/Cause.tsx';
import { Elapsed } from '../components/Elapsed.tsx';
import { JsonView } from '../components/JsonView.tsx';
import { Pane } from '../components/Pane.tsx';
import { formatTime } from '../format/time.ts';
import { local } from '../frame/local.ts';
import { describeCounts } from '../map-runs/counts.ts';
import { MapRunBar } from '../map-runs/MapRunBar.tsx';
import { Attempts } from './Attempts.tsx';
import type { AslState } from './definition.ts';
import { Logs } from './Logs.tsx';
import type { StateNote } from './notes.ts';
import { StateStatusLabel } from './StateStatusLabel.tsx';
import { STATE_STATUS } from './status.ts';
import type { Attempt, Visit } from './trace.ts';

interface StatePanelProps {
  readonly state: AslState;
  readonly visits: readonly Visit[];
  /** Label of the Distributed Map in whose children the state runs. */
  readonly outerMap: string | undefined;
  readonly mapRuns: readonly MapRun[];
  readonly note: StateNote | undefined;
  readonly folded: boolean;
  readonly onFold: (state: string) => void;
}

/** The details of one state of an execution: time, input, output, errors, tries. */
export function StatePanel({ state, visits, outerMap, mapRuns, note, folded, onFold }: StatePanelProps) {
  const [chosenId, setChosenId] = useState<number>();
  const visit = visits.find(({ id }) => id === chosenId) ?? visits.at(-1);
  const type = state.distributed ? 'Distributed Map' : state.type;
  const runs = mapRuns.filter(({ mapRunArn }) => parseArn(mapRunArn).label === (state.label ?? outerMap));
  return (
    <Pane title={state.name} description={type}>
      <SpaceBetween size="m">
        {visits.length > 1 && visit !== undefined && (
          <VisitChoice visits={visits} chosen={visit} onChoose={setChosenId} />
        )}
        {note !== undefined && (
          <StatusIndicator type={STATE_STATUS[note.status].type}>{`Rows: ${note.text}`}</StatusIndicator>
        )}
        {visit !== undefined ? (
          <VisitDetails visit={visit} />
        ) : (
          <Box color="text-body-secondary">
            {outerMap === undefined
              ? 'The execution has not been in this state.'
              : 'This state runs in the children of the Map Run.'}
          </Box>
        )}
        {(state.label ?? outerMap) !== undefined && runs.map((run) => <MapRunLine key={run.mapRunArn} run={run} />)}
        {state.inner.length > 0 && (
          <Button iconName={folded ? 'treeview-expand' : 'treeview-collapse'} onClick={() => onFold(state.name)}>
            {folded ? 'Show its states in the graph' : 'Hide its states in the graph'}
          </Button>
        )}
        {local !== undefined && visit?.functionName !== undefined && visit.attempts.length > 0 && (
          <Logs key={visit.id} functionName={visit.functionName} attempt={visit.attempts.at(-1) as Attempt} />
        )}
        {visit !== undefined && (
          <>
            <ExpandableSection headerText="Input" defaultExpanded>
              <JsonView text={visit.input} label="state input" />
            </ExpandableSection>
            <ExpandableSection headerText="Output" defaultExpanded>
              <JsonView text={visit.output} label="state output" />
            </ExpandableSection>
          </>
        )}
        <ExpandableSection headerText="Definition">
          <JsonView text={JSON.stringify(state.definition)} label="state definition" />
        </ExpandableSection>
      </SpaceBetween>
    </Pane>
  );
}

function VisitDetails({ visit }: { visit: Visit }) {
  const waiting = visit.status === 'running' && visit.attempts.at(-1)?.endedAt !== undefined;
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={2}
        items={[
          {
            label: 'Status',
            value: <StateStatusLabel status={visit.status} waiting={waiting} />,
          },
          { label: 'Duration', value: <Elapsed from={visit.enteredAt} to={visit.exitedAt} /> },
          { label: 'Entered', value: formatTime(visit.enteredAt, true) },
          { label: 'Exited', value: visit.exitedAt === undefined ? '–' : formatTime(visit.exitedAt, true) },
          ...(visit.resource === undefined ? [] : [{ label: 'Resource', value: visit.resource }]),
          ...(visit.attempts.length === 0 ? [] : [{ label: 'Retries', value: retriesOf(visit) }]),
        ]}
      />
      {(visit.error !== undefined || visit.cause !== undefined) && (
        <Alert type={visit.status === 'failed' ? 'error' : 'warning'} header={visit.error ?? 'Error'}>
          <Cause text={visit.cause} error={visit.error} />
        </Alert>
      )}
      {visit.attempts.length > 1 && <Attempts attempts={visit.attempts} />}
    </SpaceBetween>
  );
}

/** The number of retries. The first try of a redrive does not count as one. */
function retriesOf(visit: Visit): number {
  return visit.attempts.length - new Set(visit.attempts.map(({ redrive }) => redrive)).size;
}

function VisitChoice({
  visits,
  chosen,
  onChoose,
}: {
  visits: readonly Visit[];
  chosen: Visit;
  onChoose: (id: number) => void;
}) {
  const options = visits.map((visit, index) => ({
    value: String(visit.id),
    label: visit.iteration === undefined ? `Time ${index + 1}` : `Iteration ${visit.iteration}`,
    description: STATE_STATUS[visit.status].text,
  }));
  return (
    <Select
      ariaLabel="Which time the state was entered"
      selectedOption={options.find(({ value }) => value === String(chosen.id)) ?? null}
      options={options}
      filteringType={options.length > 12 ? 'auto' : 'none'}
      onChange={({ detail }) => onChoose(Number(detail.selectedOption.value))}
    />
  );
}

function MapRunLine({ run }: { run: MapRun }) {
  const redrives = run.redriveCount ?? 0;
  return (
    <Box>
      <SpaceBetween size="xxs">
        <MapRunBar counts={run.itemCounts} />
        <Box fontSize="body-s" color="text-body-secondary">
          {describeCounts(run.itemCounts)}
          {redrives > 0 && `, redriven ${redrives}×`}
        </Box>
        <Link href={mapRunPath(run.mapRunArn)}>Open the Map Run</Link>
        {run.itemCounts.failed > 0 && (
          <Link href={`${mapRunPath(run.mapRunArn)}?status=FAILED`}>Show the children that failed</Link>
        )}
      </SpaceBetween>
    </Box>
  );
}
