import Select from '@cloudscape-design/components/select';
import { listStateMachines } from '../api/states.ts';
import type { ExecutionStatus } from '../api/types.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import { EXECUTIONS } from '../frame/pages.ts';
import { useQuery } from '../frame/router.ts';
import { useLive } from '../live/useLive.ts';
import { ExecutionsTable } from './ExecutionsTable.tsx';

const STATUSES: readonly ExecutionStatus[] = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

/** All executions of a state machine, newest first. */
export default function ExecutionsPage() {
  usePageTitle([{ text: 'Executions', href: EXECUTIONS }]);
  const [query, setQuery] = useQuery();
  const machines = useLive('state machines', listStateMachines, 15_000);
  if (machines.data === undefined) {
    if (machines.error === undefined) return <Loading what="executions" />;
    return <Failure error={machines.error} what="executions" retry={machines.refresh} />;
  }
  // Step Functions does not list Express executions.
  const standard = machines.data.filter(({ type }) => type === 'STANDARD');
  const [first] = standard;
  if (first === undefined) {
    return <Empty title="No state machines">The stack has no Standard state machine.</Empty>;
  }
  const options = standard.map(({ name, stateMachineArn }) => ({ label: name, value: stateMachineArn }));
  const chosen = standard.find(({ name }) => name === query.get('machine')) ?? first;
  return (
    <ExecutionsTable
      isPage
      title="Executions"
      source={{ stateMachineArn: chosen.stateMachineArn }}
      statuses={STATUSES}
      empty={{ title: 'No executions yet', hint: 'Upload a CSV to start a campaign. Each campaign is one execution.' }}
      extraFilter={
        options.length > 1 && (
          <Select
            ariaLabel="State machine"
            selectedOption={{ label: chosen.name, value: chosen.stateMachineArn }}
            options={options}
            onChange={({ detail }) => setQuery({ machine: detail.selectedOption.label })}
          />
        )
      }
    />
  );
}
