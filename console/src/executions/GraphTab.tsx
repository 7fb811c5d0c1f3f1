import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import { useCallback, useMemo } from 'react';
import { parseArn } from '../api/arn.ts';
import type { Execution, MapRun } from '../api/types.ts';
import { MasterDetail } from '../components/MasterDetail.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import { useQuery } from '../frame/router.ts';
import { type AslDefinition, mapAround } from '../graph/definition.ts';
import { GraphLegend } from '../graph/GraphLegend.tsx';
import { StatePanel } from '../graph/StatePanel.tsx';
import { WorkflowGraph } from '../graph/WorkflowGraph.tsx';
import type { ExecutionTrace } from './useExecution.ts';

/** The drawing of the workflow, and beside it the selected state. */
export function GraphTab({ traced, execution }: { traced: ExecutionTrace; execution: Execution }) {
  const { definition, definitionError, trace, history } = traced;
  const [query, setQuery] = useQuery();
  const selected = query.get('state') ?? undefined;
  const select = useCallback((state: string | undefined) => setQuery({ state }), [setQuery]);
  const runs = useMemo(
    () => newestRuns(definition?.parsed, traced.mapRuns.data ?? []),
    [definition, traced.mapRuns.data],
  );
  if (definition === undefined) {
    if (definitionError === undefined) return <Loading what="graph" />;
    return <Failure error={definitionError} what="the graph" />;
  }
  const state = selected === undefined ? undefined : definition.parsed.byName.get(selected);
  return (
    <MasterDetail
      title={state?.name ?? 'State'}
      onDismiss={() => select(undefined)}
      master={
        <Container disableContentPaddings>
          {history.data === undefined && history.error !== undefined && (
            <Box padding="s">
              <Failure error={history.error} what="the history" />
            </Box>
          )}
          <WorkflowGraph
            definition={definition.parsed}
            trace={trace}
            mapRuns={runs}
            ended={execution.status !== 'RUNNING'}
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
          />
        )
      }
      placeholder={
        <Container>
          <Empty title="No state chosen">Choose a state in the graph to see its input, output, errors and tries.</Empty>
        </Container>
      }
    />
  );
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
