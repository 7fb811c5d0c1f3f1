import Badge from '@cloudscape-design/components/badge';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Icon from '@cloudscape-design/components/icon';
import Link from '@cloudscape-design/components/link';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import Toggle from '@cloudscape-design/components/toggle';
import { useMemo, useState } from 'react';
import type { HistoryEvent } from '../api/types.ts';
import { MasterDetail } from '../components/MasterDetail.tsx';
import { formatCount } from '../format/number.ts';
import { formatDuration, formatTime } from '../format/time.ts';
import { Empty, Failure } from '../frame/PageStates.tsx';
import { later } from '../i18n/later.ts';
import { t } from '../i18n/texts.ts';
import { useNarrow } from '../live/useMedia.ts';
import { useStored } from '../live/useStored.ts';
import { EventDetails } from './EventDetails.tsx';
import { type EventRow, eventRows } from './eventRows.ts';
import type { ExecutionTrace } from './useExecution.ts';

const PAGE_SIZE = 50;
const texts = later.events;

/** The events of the history, and beside them the details of the selected event. */
export function EventsTab({ traced }: { traced: ExecutionTrace }) {
  const { history, trace } = traced;
  const [chosenId, setChosenId] = useState<number>();
  const rows = useMemo(() => eventRows(history.data ?? [], trace), [history.data, trace]);
  const chosen = rows.find(({ event }) => event.id === chosenId);
  return (
    <MasterDetail
      title={chosen === undefined ? texts.event : texts.eventOf(String(chosen.event.id), chosen.event.type)}
      onDismiss={() => setChosenId(undefined)}
      master={
        <EventTable
          rows={rows}
          loading={history.data === undefined && history.error === undefined}
          error={history.data === undefined ? history.error : undefined}
          chosen={chosen}
          onChoose={(event) => setChosenId(event.id)}
        />
      }
      detail={chosen && <EventDetails row={chosen} />}
      placeholder={
        <Container>
          <Empty title={texts.noneChosen}>{texts.noneChosenHint}</Empty>
        </Container>
      }
    />
  );
}

interface EventTableProps {
  readonly rows: readonly EventRow[];
  readonly loading: boolean;
  readonly error: Error | undefined;
  readonly chosen: EventRow | undefined;
  readonly onChoose: (event: HistoryEvent) => void;
}

function EventTable({ rows, loading, error, chosen, onChoose }: EventTableProps) {
  const [text, setText] = useState('');
  const [page, setPage] = useState(1);
  const [newestFirst, setNewestFirst] = useStored('events.newestFirst', false);
  const narrow = useNarrow();
  const matching = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const found = wanted === '' ? rows : rows.filter(({ search }) => search.includes(wanted));
    return newestFirst ? found.toReversed() : found;
  }, [rows, text, newestFirst]);
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const current = Math.min(page, pages);
  const columns = useMemo(() => columnsFor(onChoose), [onChoose]);
  return (
    <Table
      variant="container"
      items={matching.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE)}
      trackBy={({ event }) => String(event.id)}
      loading={loading}
      loadingText={t.common.loading(texts.loading)}
      columnDefinitions={columns}
      visibleColumns={narrow ? ['id', 'type', 'after'] : ['id', 'type', 'state', 'after', 'time']}
      selectedItems={chosen === undefined ? [] : [chosen]}
      onRowClick={({ detail }) => onChoose(detail.item.event)}
      sortingDisabled
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: texts.title }}
      header={
        <Header
          variant="h2"
          counter={`(${formatCount(rows.length)})`}
          actions={
            <Toggle checked={newestFirst} onChange={({ detail }) => setNewestFirst(detail.checked)}>
              {texts.newestFirst}
            </Toggle>
          }
        >
          {texts.title}
        </Header>
      }
      filter={
        <TextFilter
          filteringText={text}
          filteringPlaceholder={texts.findBy}
          filteringAriaLabel={texts.find}
          onChange={({ detail }) => {
            setText(detail.filteringText);
            setPage(1);
          }}
          {...(text !== '' && { countText: texts.found(formatCount(matching.length)) })}
        />
      }
      pagination={
        <Pagination
          currentPageIndex={current}
          pagesCount={pages}
          onChange={({ detail }) => setPage(detail.currentPageIndex)}
        />
      }
      empty={
        error === undefined ? (
          <Empty title={texts.none}>{text === '' ? texts.noneHint : texts.noMatchHint}</Empty>
        ) : (
          <Failure error={error} what={texts.theHistory} />
        )
      }
    />
  );
}

function columnsFor(onChoose: (event: HistoryEvent) => void): TableProps.ColumnDefinition<EventRow>[] {
  return [
    { id: 'id', header: texts.id, width: 64, cell: ({ event }) => event.id },
    {
      id: 'type',
      header: texts.type,
      isRowHeader: true,
      minWidth: 170,
      cell: ({ event, error, redrive }) => (
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          {error !== undefined && <Icon name="status-negative" variant="error" ariaLabel={t.common.error} />}
          <Link
            href="#"
            onFollow={(click) => {
              click.preventDefault();
              onChoose(event);
            }}
          >
            {event.type}
          </Link>
          {event.type === 'ExecutionRedriven' && <Badge color="blue">{texts.redrive(String(redrive))}</Badge>}
        </SpaceBetween>
      ),
    },
    { id: 'state', header: texts.state, minWidth: 120, cell: ({ state }) => state ?? '–' },
    { id: 'after', header: texts.after, width: 100, cell: ({ afterMs }) => formatDuration(afterMs) },
    { id: 'time', header: texts.time, width: 205, cell: ({ event }) => formatTime(event.timestamp, true) },
  ];
}
