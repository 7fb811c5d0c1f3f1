import Button from '@cloudscape-design/components/button';
import CollectionPreferences from '@cloudscape-design/components/collection-preferences';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { type ReactNode, useState } from 'react';
import type { ExecutionSource } from '../api/states.ts';
import type { ExecutionStatus } from '../api/types.ts';
import { STATUS_TEXT } from '../components/ExecutionStatusLabel.tsx';
import { plural } from '../format/number.ts';
import { Empty, Failure } from '../frame/PageStates.tsx';
import { useQuery } from '../frame/router.ts';
import { useNarrow } from '../live/useMedia.ts';
import { useStored } from '../live/useStored.ts';
import { executionColumns } from './executionColumns.tsx';
import { useChildNames } from './useChildNames.ts';
import { useExecutionList } from './useExecutionList.ts';

const ANY = { value: '', label: 'Any status' };
const REDRIVE_OPTIONS = [
  { value: '', label: 'Redriven or not' },
  { value: 'REDRIVEN', label: 'Redriven' },
  { value: 'NOT_REDRIVEN', label: 'Not redriven' },
];
/** The columns that a phone shows by default. */
const FEW = ['name', 'status', 'duration'];
const MANY = ['name', 'status', 'started', 'duration', 'redrives'];

interface Preferences {
  readonly size: number;
  readonly columns: readonly string[];
}

interface ExecutionsTableProps {
  readonly source: ExecutionSource | undefined;
  readonly title: string;
  readonly statuses: readonly ExecutionStatus[];
  /** The text for an empty list without a filter. */
  readonly empty: { readonly title: string; readonly hint: ReactNode };
  /** Controls beside the filters, such as the choice of the state machine. */
  readonly extraFilter?: ReactNode;
  readonly isPage?: boolean;
}

/** The executions of a state machine or the children of a Map Run. The API filters and pages them, and the table is kept up to date. */
export function ExecutionsTable({ source, title, statuses, empty, extraFilter, isPage }: ExecutionsTableProps) {
  const ofMapRun = source !== undefined && 'mapRunArn' in source;
  const [query, setQuery] = useQuery();
  const [text, setText] = useState('');
  const narrow = useNarrow();
  const [preferences, setPreferences] = useStored<Preferences>(ofMapRun ? 'children' : 'executions', {
    size: 50,
    columns: narrow ? FEW : MANY,
  });
  const status = statuses.find((each) => each === query.get('status'));
  const redrive = ofMapRun
    ? REDRIVE_OPTIONS.find(({ value }) => value !== '' && value === query.get('redrive'))
    : undefined;
  const filter = {
    ...(status && { statusFilter: status }),
    ...(redrive && { redriveFilter: redrive.value as 'REDRIVEN' | 'NOT_REDRIVEN' }),
  };
  const list = useExecutionList(source, filter, text, preferences.size);
  const filtered = status !== undefined || redrive !== undefined || text !== '';
  const statusOptions = [ANY, ...statuses.map((value) => ({ value, label: STATUS_TEXT[value] }))];
  const names = useChildNames(ofMapRun ? list.items : undefined);
  const columns = executionColumns(names, ofMapRun);
  const clear = () => {
    setText('');
    setQuery({ status: undefined, redrive: undefined });
  };

  const failure = list.error && (
    <Failure error={list.error} what={title.toLowerCase()} retry={list.refresh} stale={list.items !== undefined} />
  );
  return (
    <SpaceBetween size="s">
      {list.items !== undefined && failure}
      <Table
        variant="container"
        items={list.items ?? []}
        trackBy="executionArn"
        loading={list.items === undefined && list.error === undefined}
        loadingText={`Loading ${title.toLowerCase()}`}
        columnDefinitions={columns}
        columnDisplay={columns.map(({ id = '' }) => ({ id, visible: preferences.columns.includes(id) }))}
        sortingDisabled
        resizableColumns={!narrow}
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: title }}
        header={
          <Header
            variant={isPage === true ? 'h1' : 'h2'}
            actions={<Button iconName="refresh" ariaLabel={`Refresh ${title.toLowerCase()}`} onClick={list.refresh} />}
          >
            {title}
          </Header>
        }
        filter={
          <div className="pg-filters">
            <div className="pg-filter-text">
              <TextFilter
                filteringText={text}
                filteringPlaceholder="Find by name"
                filteringAriaLabel={`Find ${title.toLowerCase()} by name`}
                onChange={({ detail }) => setText(detail.filteringText)}
                {...(list.matches !== undefined && {
                  countText: `${plural(list.matches, 'match').replace(/hs$/, 'hes')}${list.cutShort ? ' in the newest 100,000' : ''}`,
                })}
              />
            </div>
            <Select
              ariaLabel="Filter by status"
              selectedOption={statusOptions.find(({ value }) => value === (status ?? '')) ?? ANY}
              options={statusOptions}
              onChange={({ detail }) => setQuery({ status: detail.selectedOption.value })}
            />
            {ofMapRun && (
              <Select
                ariaLabel="Filter by redrive"
                selectedOption={redrive ?? { value: '', label: 'Redriven or not' }}
                options={REDRIVE_OPTIONS}
                onChange={({ detail }) => setQuery({ redrive: detail.selectedOption.value })}
              />
            )}
            {extraFilter}
          </div>
        }
        pagination={
          <Pagination
            currentPageIndex={list.page + 1}
            pagesCount={list.pages}
            openEnd={list.open}
            onChange={({ detail }) => list.go(detail.currentPageIndex - 1)}
            onNextPageClick={({ detail }) => list.go(detail.requestedPageIndex - 1)}
          />
        }
        preferences={
          <CollectionPreferences
            title="Preferences"
            confirmLabel="Confirm"
            cancelLabel="Cancel"
            preferences={{
              pageSize: preferences.size,
              contentDisplay: columns.map(({ id = '' }) => ({ id, visible: preferences.columns.includes(id) })),
            }}
            pageSizePreference={{
              title: 'Page size',
              options: [20, 50, 100, 500].map((value) => ({ value, label: `${value} rows` })),
            }}
            contentDisplayPreference={{
              title: 'Columns',
              options: columns.map(({ id = '', header }) => ({
                id,
                label: String(header),
                alwaysVisible: id === 'name',
              })),
            }}
            onConfirm={({ detail }) =>
              setPreferences({
                size: detail.pageSize ?? preferences.size,
                columns: (detail.contentDisplay ?? []).flatMap(({ id, visible }) => (visible ? [id] : [])),
              })
            }
          />
        }
        empty={
          failure ??
          (filtered ? (
            <Empty title="No matches" action={<Button onClick={clear}>Clear filters</Button>}>
              No execution matches the filters.
            </Empty>
          ) : (
            <Empty title={empty.title}>{empty.hint}</Empty>
          ))
        }
      />
    </SpaceBetween>
  );
}
