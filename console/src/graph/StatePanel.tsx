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
import { later } from '../i18n/later.ts';
import { t } from '../i18n/texts.ts';
import { describeCounts } from '../map-runs/counts.ts';
import { MapRunBar } from '../map-runs/MapRunBar.tsx';
import { Attempts } from './Attempts.tsx';
import type { AslState } from './definition.ts';
import { Logs } from './Logs.tsx';
import type { StateNote } from './notes.ts';
import { StateStatusLabel } from './StateStatusLabel.tsx';
import { STATE_TYPES } from './status.ts';
import type { Attempt, Visit } from './trace.ts';

const texts = later.graph;

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
  const type = state.distributed ? texts.distributedMap : state.type;
  const runs = mapRuns.filter(({ mapRunArn }) => parseArn(mapRunArn).label === (state.label ?? outerMap));
  return (
    <Pane title={state.name} description={type}>
      <SpaceBetween size="m">
        {visits.length > 1 && visit !== undefined && (
          <VisitChoice visits={visits} chosen={visit} onChoose={setChosenId} />
        )}
        {note !== undefined && (
          <StatusIndicator type={STATE_TYPES[note.status]}>{texts.rowsAre(note.text)}</StatusIndicator>
        )}
        {visit !== undefined ? (
          <VisitDetails visit={visit} />
        ) : (
          <Box color="text-body-secondary">{outerMap === undefined ? texts.notEntered : texts.runsInChildren}</Box>
        )}
        {(state.label ?? outerMap) !== undefined && runs.map((run) => <MapRunLine key={run.mapRunArn} run={run} />)}
        {state.inner.length > 0 && (
          <Button iconName={folded ? 'treeview-expand' : 'treeview-collapse'} onClick={() => onFold(state.name)}>
            {folded ? texts.show : texts.hide}
          </Button>
        )}
        {local !== undefined && visit?.functionName !== undefined && visit.attempts.length > 0 && (
          <Logs key={visit.id} functionName={visit.functionName} attempt={visit.attempts.at(-1) as Attempt} />
        )}
        {visit !== undefined && (
          <>
            <ExpandableSection headerText={later.executions.input} defaultExpanded>
              <JsonView text={visit.input} label={texts.json.input} />
            </ExpandableSection>
            <ExpandableSection headerText={later.executions.output} defaultExpanded>
              <JsonView text={visit.output} label={texts.json.output} />
            </ExpandableSection>
          </>
        )}
        <ExpandableSection headerText={later.executions.tabs.definition}>
          <JsonView text={JSON.stringify(state.definition)} label={texts.json.definition} />
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
            label: t.common.status,
            value: <StateStatusLabel status={visit.status} waiting={waiting} />,
          },
          { label: later.executions.duration, value: <Elapsed from={visit.enteredAt} to={visit.exitedAt} /> },
          { label: texts.entered, value: formatTime(visit.enteredAt, true) },
          { label: texts.exited, value: visit.exitedAt === undefined ? '–' : formatTime(visit.exitedAt, true) },
          ...(visit.resource === undefined ? [] : [{ label: texts.resource, value: visit.resource }]),
          ...(visit.attempts.length === 0 ? [] : [{ label: texts.retries, value: retriesOf(visit) }]),
        ]}
      />
      {(visit.error !== undefined || visit.cause !== undefined) && (
        <Alert type={visit.status === 'failed' ? 'error' : 'warning'} header={visit.error ?? t.common.error}>
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
    label: visit.iteration === undefined ? texts.time(String(index + 1)) : texts.iteration(String(visit.iteration)),
    description: texts.statuses[visit.status],
  }));
  return (
    <Select
      ariaLabel={texts.whichTime}
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
          {redrives > 0 && `, ${texts.redriven(String(redrives))}`}
        </Box>
        <Link href={mapRunPath(run.mapRunArn)}>{texts.openMapRun}</Link>
        {run.itemCounts.failed > 0 && (
          <Link href={`${mapRunPath(run.mapRunArn)}?status=FAILED`}>{texts.showFailed}</Link>
        )}
      </SpaceBetween>
    </Box>
  );
}
