import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import { useCallback, useMemo, useState } from 'react';
import { parseArn } from '../api/arn.ts';
import type { Campaign } from '../api/campaigns.ts';
import type { Execution, MapRun } from '../api/types.ts';
import { MasterDetail } from '../components/MasterDetail.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import { useQuery } from '../frame/router.ts';
import { type AslDefinition, containersOf, mapAround } from '../graph/definition.ts';
import { GraphLegend } from '../graph/GraphLegend.tsx';
import { rowNotes, type StateNote } from '../graph/notes.ts';
import { StatePanel } from '../graph/StatePanel.tsx';
import { culpritOf } from '../graph/trace.ts';
import { WorkflowGraph } from '../graph/WorkflowGraph.tsx';
import { later } from '../i18n/later.ts';
import { useNarrow } from '../live/useMedia.ts';
import type { ExecutionTrace } from './useExecution.ts';

const texts = later.graph;

/** The Map of a campaign whose children send its rows. */
const ROWS_MAP = 'SendRows';
const NO_NOTES: ReadonlyMap<string, StateNote> = new Map();
const FAILED: ReadonlySet<string> = new Set(['FAILED', 'TIMED_OUT', 'ABORTED']);

interface GraphTabProps {
  readonly traced: ExecutionTrace;
  readonly execution: Execution;
  /** The campaign whose execution it is. */
  readonly campaign: Campaign | undefined;
}

/** The drawing of the workflow, and beside it the selected state: the one that failed, until the user selects another. */
export function GraphTab({ traced, execution, campaign }: GraphTabProps) {
  const { definition, definitionError, trace, history } = traced;
  const [query, setQuery] = useQuery();
  const narrow = useNarrow();
  const chosen = query.get('state') ?? undefined;
  const culprit = FAILED.has(execution.status) ? culpritOf(trace) : undefined;
  // On a phone the panel covers the graph, so there the user opens it.
  const selected = chosen ?? (narrow ? undefined : culprit);
  const { folded, fold } = useFolds(definition?.parsed, selected ?? culprit);
  const counts = campaign?.counts;
  const isRunning = execution.status === 'RUNNING';
  const notes = useMemo(
    () => (definition && counts ? rowNotes(definition.parsed, ROWS_MAP, counts, isRunning) : NO_NOTES),
    [definition, counts, isRunning],
  );
  const select = useCallback((state: string | undefined) => setQuery({ state }), [setQuery]);
  const runs = useMemo(
    () => newestRuns(definition?.parsed, traced.mapRuns.data ?? []),
    [definition, traced.mapRuns.data],
  );
  if (definition === undefined) {
    if (definitionError === undefined) return <Loading what={texts.what} />;
    return <Failure error={definitionError} what={texts.theGraph} />;
  }
  const state = selected === undefined ? undefined : definition.parsed.byName.get(selected);
  return (
    <MasterDetail
      title={state?.name ?? texts.state}
      onDismiss={() => select(undefined)}
      master={
        <Container disableContentPaddings>
          {history.data === undefined && history.error !== undefined && (
            <Box padding="s">
              <Failure error={history.error} what={later.events.theHistory} />
            </Box>
          )}
          <WorkflowGraph
            definition={definition.parsed}
            trace={trace}
            mapRuns={runs}
            notes={notes}
            folded={folded}
            onFold={fold}
            reveal={chosen ?? culprit}
            ended={!isRunning}
            selected={state?.name}
            onSelect={select}
          />
          <GraphLegend />
        </Container>
      }
      detail={
        state && (
          <StatePanel
            key={state.name}
            state={state}
            visits={trace.byState.get(state.name) ?? []}
            outerMap={mapAround(definition.parsed, state.name)}
            mapRuns={traced.mapRuns.data ?? []}
            note={notes.get(state.name)}
            folded={folded.has(state.name)}
            onFold={fold}
          />
        )
      }
      placeholder={
        <Container>
          <Empty title={texts.noneChosen}>{texts.noneChosenHint}</Empty>
        </Container>
      }
    />
  );
}

/**
 * The containers whose states are not drawn. Those of Express children are folded until the user opens them: Step Functions keeps no
 * record of such children. What is around the selected state is open.
 */
function useFolds(definition: AslDefinition | undefined, selected: string | undefined) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const folded = useMemo(() => {
    const states = [...(definition?.byName.values() ?? [])].filter(({ inner }) => inner.length > 0);
    const names = states.filter(({ name, express }) => express !== toggled.has(name)).map(({ name }) => name);
    const around = definition && selected !== undefined ? containersOf(definition, selected) : [];
    return new Set(names.filter((name) => !around.includes(name)));
  }, [definition, selected, toggled]);
  const fold = useCallback(
    (name: string) =>
      setToggled((old) => new Set(old.has(name) ? [...old].filter((each) => each !== name) : [...old, name])),
    [],
  );
  return { folded, fold };
}

/** The newest Map Run of each Distributed Map. The API lists the newest first. */
function newestRuns(definition: AslDefinition | undefined, mapRuns: readonly MapRun[]): ReadonlyMap<string, MapRun> {
  const found = new Map<string, MapRun>();
  for (const state of definition?.byName.values() ?? []) {
    const run = mapRuns.find(({ mapRunArn }) => state.label !== undefined && parseArn(mapRunArn).label === state.label);
    if (run !== undefined) found.set(state.name, run);
  }
  return found;
}
