import Select from '@cloudscape-design/components/select';
import { listStateMachines } from '../api/states.ts';
import type { ExecutionStatus } from '../api/types.ts';
import { usePageTitle } from '../frame/Breadcrumbs.tsx';
import { Empty, Failure, Loading } from '../frame/PageStates.tsx';
import { EXECUTIONS } from '../frame/pages.ts';
import { useQuery } from '../frame/router.ts';
import { later } from '../i18n/later.ts';
import { useLive } from '../live/useLive.ts';
import { ExecutionsTable } from './ExecutionsTable.tsx';

const texts = later.executions;
const STATUSES: readonly ExecutionStatus[] = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

/** All executions of a state machine, newest first. */
export default function ExecutionsPage() {
  usePageTitle([{ text: texts.title, href: EXECUTIONS }]);
  const [query, setQuery] = useQuery();
  const machines = useLive('state machines', listStateMachines, 15_000);
  if (machines.data === undefined) {
    if (machines.error === undefined) return <Loading what={texts.what.list} />;
    return <Failure error={machines.error} what={texts.what.list} retry={machines.refresh} />;
  }
  // Step Functions does not list Express executions.
  const standard = machines.data.filter(({ type }) => type === 'STANDARD');
  const [first] = standard;
  if (first === undefined) {
    return <Empty title={texts.noMachines}>{texts.noMachinesHint}</Empty>;
  }
  const options = standard.map(({ name, stateMachineArn }) => ({ label: name, value: stateMachineArn }));
  const chosen = standard.find(({ name }) => name === query.get('machine')) ?? first;
  return (
    <ExecutionsTable
      isPage
      title={texts.title}
      what={texts.what.list}
      source={{ stateMachineArn: chosen.stateMachineArn }}
      statuses={STATUSES}
      empty={{ title: texts.none, hint: texts.noneHint }}
      extraFilter={
        options.length > 1 && (
          <Select
            ariaLabel={texts.machine}
            selectedOption={{ label: chosen.name, value: chosen.stateMachineArn }}
            options={options}
            onChange={({ detail }) => setQuery({ machine: detail.selectedOption.label })}
          />
        )
      }
    />
  );
}
