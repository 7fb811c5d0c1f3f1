import Button from '@cloudscape-design/components/button';
import CollectionPreferences from '@cloudscape-design/components/collection-preferences';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { type ReactNode, useState } from 'react';
import type { ExecutionSource } from '../api/states.ts';
import type { ExecutionStatus } from '../api/types.ts';
import { formatCount } from '../format/number.ts';
import { Empty, Failure } from '../frame/PageStates.tsx';
import { useQuery } from '../frame/router.ts';
import { later } from '../i18n/later.ts';
import { t } from '../i18n/texts.ts';
import { useNarrow } from '../live/useMedia.ts';
import { useStored } from '../live/useStored.ts';
import { PageLinks } from '../paging/PageLinks.tsx';
import { executionColumns } from './executionColumns.tsx';
import { useChildNames } from './useChildNames.ts';
import { useErrorRows } from './useErrorRows.ts';
import { useExecutionList } from './useExecutionList.ts';

const texts = later.executions.list;
const ANY = { value: '', label: texts.anyStatus };
const ANY_REDRIVE = { value: '', label: texts.anyRedrive };
const REDRIVE_OPTIONS = [
  ANY_REDRIVE,
  { value: 'REDRIVEN', label: texts.redriven },
  { value: 'NOT_REDRIVEN', label: texts.notRedriven },
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
  /** The title within a sentence. */
  readonly what: string;
  readonly statuses: readonly ExecutionStatus[];
  /** The text for an empty list without a filter. */
  readonly empty: { readonly title: string; readonly hint: ReactNode };
  /** Controls beside the filters, such as the choice of the state machine. */
  readonly extraFilter?: ReactNode;
  readonly isPage?: boolean;
}

/** The executions of a state machine or the children of a Map Run. The API filters and pages them, and the table is kept up to date. */
export function ExecutionsTable({ source, title, what, statuses, empty, extraFilter, isPage }: ExecutionsTableProps) {
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
  const statusOptions = [ANY, ...statuses.map((value) => ({ value, label: later.executions.statuses[value] }))];
  const names = useChildNames(ofMapRun ? list.items : undefined);
  const columns = executionColumns(names, ofMapRun, useErrorRows(ofMapRun ? undefined : list.items));
  const clear = () => {
    setText('');
    setQuery({ status: undefined, redrive: undefined });
  };

  const failure = list.error && (
    <Failure error={list.error} what={what} retry={list.refresh} stale={list.items !== undefined} />
  );
  return (
    <SpaceBetween size="s">
      {list.items !== undefined && failure}
      <Table
        variant="container"
        items={list.items ?? []}
        trackBy="executionArn"
        loading={list.items === undefined && list.error === undefined}
        loadingText={t.common.loading(what)}
        columnDefinitions={columns}
        columnDisplay={columns.map(({ id = '' }) => ({ id, visible: preferences.columns.includes(id) }))}
        sortingDisabled
        resizableColumns={!narrow}
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: title }}
        header={
          <Header
            variant={isPage === true ? 'h1' : 'h2'}
            actions={<Button iconName="refresh" ariaLabel={texts.refresh(what)} onClick={list.refresh} />}
          >
            {title}
          </Header>
        }
        filter={
          <div className="pg-filters">
            <div className="pg-filter-text">
              <TextFilter
                filteringText={text}
                filteringPlaceholder={texts.findByName}
                filteringAriaLabel={texts.findAllByName(what)}
                onChange={({ detail }) => setText(detail.filteringText)}
                {...(list.matches !== undefined && { countText: matchesOf(list.matches, list.cutShort) })}
              />
            </div>
            <Select
              ariaLabel={texts.filterByStatus}
              selectedOption={statusOptions.find(({ value }) => value === (status ?? '')) ?? ANY}
              options={statusOptions}
              onChange={({ detail }) => setQuery({ status: detail.selectedOption.value })}
            />
            {ofMapRun && (
              <Select
                ariaLabel={texts.filterByRedrive}
                selectedOption={redrive ?? ANY_REDRIVE}
                options={REDRIVE_OPTIONS}
                onChange={({ detail }) => setQuery({ redrive: detail.selectedOption.value })}
              />
            )}
            {extraFilter}
          </div>
        }
        pagination={<PageLinks of={list} />}
        preferences={
          <CollectionPreferences
            title={texts.preferences}
            confirmLabel={texts.confirm}
            cancelLabel={t.common.cancel}
            preferences={{
              pageSize: preferences.size,
              contentDisplay: columns.map(({ id = '' }) => ({ id, visible: preferences.columns.includes(id) })),
            }}
            pageSizePreference={{
              title: texts.pageSize,
              options: [20, 50, 100, 500].map((value) => ({ value, label: texts.rows(String(value)) })),
            }}
            contentDisplayPreference={{
              title: texts.columns,
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
            <Empty title={texts.noMatches} action={<Button onClick={clear}>{texts.clear}</Button>}>
              {texts.noMatchesHint}
            </Empty>
          ) : (
            <Empty title={empty.title}>{empty.hint}</Empty>
          ))
        }
      />
    </SpaceBetween>
  );
}

function matchesOf(count: number, isCutShort: boolean): string {
  const matches = texts.matches(formatCount(count), count);
  return isCutShort ? texts.cutShort(matches) : matches;
}
